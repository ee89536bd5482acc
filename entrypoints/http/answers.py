"""Answers as values, which send themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from litestar.types import Receive, Scope, Send

_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer: status, headers (names in lower case) and body; an ASGI application.

    `code` is that of the problem it tells of, if it does.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    code: str | None = None

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        if self.status not in _WITHOUT_BODY:
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def allow(methods: Iterable[str]) -> str:
    """The value of `Allow`, with HEAD, which the outer wrapper answers wherever GET is."""
    all_ = {*methods}
    return ", ".join(sorted({*all_, "HEAD"} if "GET" in all_ else all_))
