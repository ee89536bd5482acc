"""The outermost layer, a pure ASGI wrapper: what holds for every answer, 404 and 405 included."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from entrypoints.http.errors import HeadersTooLarge, MalformedRequest, RequestError, UriTooLong
from entrypoints.http.intake import take_body
from entrypoints.http.problems import Answer, answer_to

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_LONGEST_URI = 8 * 1024
_LONGEST_HEADERS = 16 * 1024

_ALWAYS = (
    (b"server", b"taskhaven"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"vary", b"Authorization, Origin"),
)
_UNLESS_SAID = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)

Header = tuple[bytes, bytes]


class Edge:
    """Wraps the application: request id, limits, whole bodies, HEAD, and the headers of §5.

    The application below sees no request that is malformed or too large, reads each body in one
    message, and never sees HEAD: wherever GET is, HEAD is the same without the body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await self._serve(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _serve(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        headers = [(name.lower(), value) for name, value in scope["headers"]]
        request_id = _request_id(headers)
        reply = _Reply(send, request_id, without_body=scope["method"] == "HEAD")
        inner: dict[str, Any] = {**scope, "state": {"request_id": request_id}}
        if scope["method"] == "HEAD":
            inner["method"] = "GET"
        try:
            _check_limits(scope, headers)
            body = await take_body(headers, receive)
            await self._app(inner, _already_read(body, receive), reply.send)  # type: ignore[arg-type]
        except RequestError as error:
            await reply.answer(answer_to(error, request_id))
        except Exception as error:
            answer = answer_to(error, request_id)
            if reply.started:
                raise  # half an answer cannot be mended; the server closes the connection
            await reply.answer(answer)


class _Reply:
    """One answer on its way out: adds what every answer carries."""

    def __init__(self, send: Send, request_id: str, *, without_body: bool) -> None:
        self._send = send
        self._request_id = (b"x-request-id", request_id.encode())
        self._without_body = without_body
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            own = [(name.lower(), value) for name, value in message["headers"]]
            said = {name for name, _ in own}
            own += [header for header in _UNLESS_SAID if header[0] not in said]
            message["headers"] = [*own, *_ALWAYS, self._request_id]
        elif message["type"] == "http.response.body" and self._without_body:
            message["body"] = b""
        await self._send(message)

    async def answer(self, answer: Answer) -> None:
        length = str(len(answer.body)).encode()
        headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        await self.send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": [*headers, (b"content-length", length)],
            }
        )
        await self.send({"type": "http.response.body", "body": answer.body, "more_body": False})


def _already_read(body: bytes, receive: Receive) -> Receive:
    """The body in one message, and after it whatever the server says next."""
    pending = [body]

    async def receive_again() -> Any:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return receive_again


def _request_id(headers: Iterable[Header]) -> str:
    """The client's own, if it sent one that is fit for a log and a header, else a new one."""
    sent = [value for name, value in headers if name == b"x-request-id"]
    if len(sent) == 1 and _REQUEST_ID.fullmatch(sent[0]):
        return sent[0].decode()
    return str(uuid4())


def _check_limits(scope: HTTPScope, headers: Iterable[Header]) -> None:
    raw_path = scope.get("raw_path") or scope["path"].encode()
    if len(raw_path) + len(scope["query_string"]) > _LONGEST_URI:
        raise UriTooLong(f"path and query may be at most {_LONGEST_URI} bytes")
    if sum(len(name) + len(value) for name, value in headers) > _LONGEST_HEADERS:
        raise HeadersTooLarge(f"headers may be at most {_LONGEST_HEADERS} bytes")
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1 and scope["http_version"] != "2":
        raise MalformedRequest("a request has exactly one Host header")
