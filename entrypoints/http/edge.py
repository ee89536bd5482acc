"""The outermost layer, a pure ASGI wrapper: what holds for every answer, 404 and 405 included."""

import os
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from math import ceil
from time import perf_counter
from typing import Any

from litestar.enums import ScopeType
from litestar.exceptions import NotFoundException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from application.limits import Standing
from entrypoints.http.answers import Answer
from entrypoints.http.cors import Cors, Header, is_preflight
from entrypoints.http.errors import HeadersTooLarge, MalformedRequest, UriTooLong
from entrypoints.http.intake import LONGEST_BATCH, LONGEST_BODY, take_body
from entrypoints.http.leaving import Leaving
from entrypoints.http.problems import answer_to
from entrypoints.http.watch import Watch
from entrypoints.request import request_id

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(?::[0-9]*)?")
_HOSTLESS = {"1", "1.0", "2"}  # versions of HTTP that may do without
_NO_SEGMENT = re.compile(rb"//|%2f", re.IGNORECASE)
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


class Edge:
    """Wraps the application: request id, CORS, limits, whole bodies, HEAD, and the headers of §5.

    The application below sees no request that is malformed or too large, reads each body in one
    message, and never sees HEAD: wherever GET is, HEAD is the same without the body.
    """

    def __init__(self, app: ASGIApp, cors: Cors, watch: Watch, leaving: Leaving) -> None:
        self._app = app
        self._cors = cors
        self._watch = watch
        self._leaving = leaving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await self._serve(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _serve(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        headers = [(name.lower(), value) for name, value in scope["headers"]]
        id = _request_id(headers)
        request_id.set(id)
        added = [(b"x-request-id", id.encode()), *self._cors.of(headers)]
        if self._leaving.now:
            added.append((b"connection", b"close"))
        state: dict[str, Any] = {"request_id": id}
        reply = _Reply(send, added, state, without_body=scope["method"] == "HEAD")
        inner: dict[str, Any] = {**scope, "state": state}
        if scope["method"] == "HEAD":
            inner["method"] = "GET"
            inner["state"]["head"] = True
        self._watch.in_flight += 1
        unread = _has_body(headers)
        try:
            _check_limits(scope, headers)
            if is_preflight(scope["method"], headers):
                await reply.whole(204, self._cors.of_preflight(headers))
                return
            _check_path(scope)
            unread = False  # whatever comes of it
            body = await take_body(headers, receive, _longest_body(scope))
            await self._app(inner, _already_read(body, receive), reply.send)  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 - there is nobody above who could do better
            answer = answer_to(error, id)
            state["code"] = answer.code
            if unread and "connection" not in answer.headers:
                added.append((b"connection", b"close"))  # the server may end it in any case
            if not reply.started:
                await reply.answer(answer)
            # Half an answer cannot be mended; the server closes the connection. Told of the error,
            # it would log its text too.
        finally:
            self._watch.in_flight -= 1
            self._watch.answered(
                scope,
                inner.get("path_template"),
                state,
                headers,
                status=reply.status,
                began=began,
                answered=reply.at,
            )


class _Reply:
    """One answer on its way out: adds what every answer carries."""

    def __init__(
        self, send: Send, added: list[Header], state: dict[str, Any], *, without_body: bool
    ) -> None:
        self._send = send
        self._added = added
        self._state = state
        self._without_body = without_body
        self._at: float | None = None
        self.status = HTTPStatus.INTERNAL_SERVER_ERROR.value

    @property
    def started(self) -> bool:
        """Whether the beginning of it was sent."""
        return self._at is not None

    @property
    def at(self) -> float:
        """When it began, on the clock of `perf_counter`."""
        return perf_counter() if self._at is None else self._at

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._at = perf_counter()
            self.status = message["status"]
            own = [(name.lower(), value) for name, value in message["headers"]]
            said = {name for name, _ in own}
            own += [header for header in _UNLESS_SAID if header[0] not in said]
            message["headers"] = [*own, *_ALWAYS, *self._added, *_limits(self._state)]
        elif message["type"] == "http.response.body" and self._without_body:
            message["body"] = b""
        await self._send(message)

    async def answer(self, answer: Answer) -> None:
        self._state["code"] = answer.code
        headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        length = (b"content-length", str(len(answer.body)).encode())
        await self.whole(answer.status, [*headers, length], answer.body)

    async def whole(self, status: int, headers: list[Header], body: bytes = b"") -> None:
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})


def _limits(state: Mapping[str, Any]) -> Iterable[Header]:
    """Where the caller stands, if that was counted (draft-ietf-httpapi-ratelimit-headers)."""
    standing: Standing | None = state.get("standing")
    if standing is not None:
        rate = standing.rate
        left = f'"default";r={standing.left};t={ceil(standing.full_in)}'
        yield b"ratelimit-policy", f'"default";q={rate.requests};w={rate.seconds}'.encode()
        yield b"ratelimit", left.encode()


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
    return os.urandom(16).hex()


def _check_limits(scope: HTTPScope, headers: Iterable[Header]) -> None:
    raw_path = scope.get("raw_path") or scope["path"].encode()
    if len(raw_path) + len(scope["query_string"]) > _LONGEST_URI:
        raise UriTooLong(f"path and query may be at most {_LONGEST_URI} bytes")
    if sum(len(name) + len(value) for name, value in headers) > _LONGEST_HEADERS:
        raise HeadersTooLarge(f"headers may be at most {_LONGEST_HEADERS} bytes")
    codings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if codings not in ([], [b"chunked"]):
        raise MalformedRequest("a body comes as it is or chunked, in no other Transfer-Encoding")
    hosts = [value for name, value in headers if name == b"host"]
    if hosts in ([], [b""]) and scope["http_version"] in _HOSTLESS:
        return  # the server gives an empty one where there is none
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        raise MalformedRequest("a request has exactly one Host header, which names a host")


def _has_body(headers: Iterable[Header]) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in headers
    )


def _longest_body(scope: HTTPScope) -> int:
    return LONGEST_BATCH if scope["path"].endswith("/tasks/batch") else LONGEST_BODY


def _check_path(scope: HTTPScope) -> None:
    """Routes are found in the decoded path, where an encoded slash would part segments."""
    if _NO_SEGMENT.search(scope.get("raw_path") or b""):
        raise NotFoundException
