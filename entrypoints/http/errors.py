"""Every way HTTP says no before the application is asked.

RequestError
├── MalformedRequest   400  Host missing, double or unusable; body that ends early
├── NotJson            400  syntax, encoding or depth
├── NoToken            401  no bearer token was sent
├── SlowBody           408  the body did not arrive in time
├── BodyTooLarge       413
├── UriTooLong         414
├── WrongMediaType     415
├── InvalidRequest     422  parameters or headers; names every bad one at once
├── TooManyRequests    429
└── HeadersTooLarge    431
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


class RequestError(Exception):
    """The request cannot be answered as it is; the message is shown to the client."""


class MalformedRequest(RequestError):
    """It is not HTTP as RFC 9110 and 9112 have it."""


class NotJson(RequestError):
    """The body is not JSON (RFC 8259) in UTF-8, or nested too deeply."""


class NoToken(RequestError):
    """There is no `Authorization: Bearer …`."""


class SlowBody(RequestError):
    """The client took too long to send its body."""


class BodyTooLarge(RequestError):
    """The body is longer than this route takes."""


class UriTooLong(RequestError):
    """Path and query are longer than any of ours."""


class WrongMediaType(RequestError):
    """The body is of a kind that this route does not take."""


class TooManyRequests(RequestError):
    """The caller has asked for more than its share."""

    def __init__(self, wait: float) -> None:
        self.wait = timedelta(seconds=wait)
        super().__init__("too many requests")


class HeadersTooLarge(RequestError):
    """The headers are longer than any client needs."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad parameter or header, and what it must be instead."""

    kind: Literal["parameter", "header"]
    name: str
    detail: str


class InvalidRequest(RequestError):
    """Holds one `Fault` for each bad parameter or header."""

    def __init__(self, *faults: Fault) -> None:
        self.faults: Sequence[Fault] = faults
        super().__init__("the request is not valid")
