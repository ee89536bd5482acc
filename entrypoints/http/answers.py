"""Answers as values, and on their way into Litestar."""

from collections.abc import Mapping
from dataclasses import dataclass

from litestar.response.base import ASGIResponse


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer: status, headers (names in lower case) and body.

    `code` is that of the problem it tells of, if it does.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    code: str | None = None

    def response(self) -> ASGIResponse:
        """The same for Litestar, which takes JSON for granted where no content type is said."""
        return ASGIResponse(body=self.body, status_code=self.status, headers=dict(self.headers))
