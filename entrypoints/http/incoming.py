"""A request as the edge took it in, and the parts that it says things with."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import getrandbits
from typing import Any

from litestar.types import HTTPScope

from application.limits import Standing
from entrypoints.http.errors import InvalidRequest, NoToken, WrongMediaType
from entrypoints.http.query import read_query

Header = tuple[bytes, bytes]

JSON = ("application/json",)
JSON_OR_PATCH = ("application/json", "application/merge-patch+json")

_BEARER = re.compile(r"bearer (\S.*)", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True, eq=False)
class Incoming:
    """What the server says of a request, its headers by name in lower case, its whole body.

    `taken` says that the body was read, or that it was tried.
    What becomes known on the way is for the edge, which counts and logs it: `who` calls, where they
    stand in their rate, and the `code` of the problem that was the answer.
    """

    scope: HTTPScope = field(repr=False)
    lines: Mapping[bytes, Sequence[bytes]] = field(repr=False)
    id: str
    taken: bool = False
    content: bytes = field(default=b"", repr=False)
    who: str | None = None
    standing: Standing | None = None
    code: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    template: str | None = None

    @classmethod
    def of(cls, scope: HTTPScope) -> "Incoming":
        """The request, not routed yet and without its body."""
        lines = _by_name(scope["headers"])
        return cls(scope, lines, _request_id(lines.get(b"x-request-id", ())))

    def header(self, name: bytes) -> Sequence[str]:
        """Every line that a header has."""
        return [line.decode("latin-1") for line in self.lines.get(name, ())]

    @property
    def method(self) -> str:
        """The method, GET where it is HEAD."""
        return "GET" if self.is_head else self.scope["method"]

    @property
    def is_head(self) -> bool:
        """Whether the answer goes out without its body."""
        return self.scope["method"] == "HEAD"

    @property
    def has_body(self) -> bool:
        """Whether the headers announce one."""
        lengths = self.lines.get(b"content-length", ())
        return b"transfer-encoding" in self.lines or any(length != b"0" for length in lengths)

    @property
    def query(self) -> bytes:
        """What follows the question mark."""
        return self.scope["query_string"]

    def bearer(self) -> str:
        """The bearer token. Raises `NoToken`."""
        lines = self.header(b"authorization")
        match = _BEARER.fullmatch(lines[0]) if len(lines) == 1 else None
        if match is None:
            raise NoToken
        return match.group(1)

    def refuse_query(self) -> None:
        """Raises `InvalidRequest` if there are parameters."""
        if self.query and (faults := read_query(self.query).faults):
            raise InvalidRequest(*faults)

    def body(self, media_types: Sequence[str]) -> bytes:
        """The body, if it is of one of these types. Raises `WrongMediaType`."""
        if self.content:
            self._check_media_type(media_types)
        return self.content

    def _check_media_type(self, media_types: Sequence[str]) -> None:
        coding = self.header(b"content-encoding")
        if any(line.strip().lower() not in {"", "identity"} for line in coding):
            raise WrongMediaType("a body is taken as it is, without Content-Encoding")
        lines = self.header(b"content-type")
        kind, _, rest = (lines[0] if len(lines) == 1 else "").partition(";")
        charset = _CHARSET.search(rest)
        if kind.strip().lower() not in media_types or (
            charset and charset.group(1).lower() not in {"utf-8", "utf8"}
        ):
            raise WrongMediaType(f"the body must be {' or '.join(media_types)}, in UTF-8")


def incoming_of(scope: Any) -> Incoming:
    """The request that the edge put into the scope, now that it is routed."""
    incoming: Incoming = scope["state"]["incoming"]
    incoming.params = scope["path_params"]
    incoming.template = scope["path_template"]
    return incoming


def _by_name(headers: Iterable[Header]) -> dict[bytes, list[bytes]]:
    lines: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        lines.setdefault(name.lower(), []).append(value)
    return lines


def _request_id(sent: Sequence[bytes]) -> str:
    """The client's own, if it sent one that is fit for a log and a header, else a new one."""
    if len(sent) == 1 and _ID.fullmatch(sent[0]):
        return sent[0].decode()
    return f"{getrandbits(128):032x}"  # to be told apart by, and no secret
