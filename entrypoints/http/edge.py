"""The outermost layer, a pure ASGI wrapper: what holds for every answer, 404 and 405 included."""

import re
from http import HTTPStatus
from math import ceil
from time import perf_counter
from typing import Any

from litestar.enums import ScopeType
from litestar.exceptions import NotFoundException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from application.limits import Standing
from entrypoints.http.answers import Answer
from entrypoints.http.cors import Cors, is_preflight
from entrypoints.http.errors import HeadersTooLarge, MalformedRequest, UriTooLong
from entrypoints.http.incoming import Header, Incoming
from entrypoints.http.intake import LONGEST_BATCH, LONGEST_BODY, take_body
from entrypoints.http.leaving import Leaving
from entrypoints.http.problems import refusal
from entrypoints.http.watch import Watch
from entrypoints.http.ways import Ways
from entrypoints.request import request_id

_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(?::[0-9]*)?")
_HOSTLESS = {"1", "1.0", "2"}  # versions of HTTP that may do without
_NO_SEGMENT = re.compile(rb"//|%2f", re.IGNORECASE)
_LONGEST_URI = 8 * 1024
_LONGEST_HEADERS = 16 * 1024

_CLOSE = (b"connection", b"close")
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

    def __init__(
        self, app: ASGIApp, ways: Ways, cors: Cors, watch: Watch, leaving: Leaving
    ) -> None:
        self._app = app
        self._ways = ways
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
        incoming = Incoming.of(scope)
        request_id.set(incoming.id)
        added = [(b"x-request-id", incoming.id.encode()), *self._cors.of(incoming.lines)]
        if self._leaving.now:
            added.append(_CLOSE)
        reply = _Reply(send, added, incoming)
        self._watch.in_flight += 1
        try:
            await self._answer(incoming, receive, reply)
        except Exception as error:  # noqa: BLE001 - there is nobody above who could do better
            answer = refusal(incoming, error)
            if incoming.has_body and not incoming.taken and "connection" not in answer.headers:
                added.append(_CLOSE)  # the server may end it in any case
            if not reply.started:
                await answer(scope, receive, reply.send)
            # Half an answer cannot be mended; the server closes the connection. Told of the error,
            # it would log its text too.
        finally:
            self._watch.in_flight -= 1
            self._watch.answered(incoming, status=reply.status, began=began, answered=reply.at)

    async def _answer(self, incoming: Incoming, receive: Receive, reply: "_Reply") -> None:
        scope, lines = incoming.scope, incoming.lines
        _check_limits(incoming)
        if is_preflight(scope["method"], lines):
            await Answer(204, self._cors.of_preflight(lines))(scope, receive, reply.send)
            return
        _check_path(scope)
        incoming.taken = True  # whatever comes of it
        incoming.content = await take_body(lines, receive, _longest_body(scope))
        inner: Any = {**scope, "method": incoming.method, "state": {"incoming": incoming}}
        app = self._ways.find(inner) or self._app
        await app(inner, receive, reply.send)


class _Reply:
    """One answer on its way out: adds what every answer carries."""

    def __init__(self, send: Send, added: list[Header], incoming: Incoming) -> None:
        self._send = send
        self._added = added
        self._incoming = incoming
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
            own = [*message["headers"]]
            said = {name for name, _ in own}
            own += [header for header in _UNLESS_SAID if header[0] not in said]
            standing = self._incoming.standing
            limits = () if standing is None else _limits(standing)
            message["headers"] = [*own, *_ALWAYS, *self._added, *limits]
        elif message["type"] == "http.response.body" and self._incoming.is_head:
            message["body"] = b""
        await self._send(message)


def _limits(standing: Standing) -> list[Header]:
    """Where the caller stands (draft-ietf-httpapi-ratelimit-headers)."""
    rate = standing.rate
    left = f'"default";r={standing.left};t={ceil(standing.full_in)}'
    return [
        (b"ratelimit-policy", f'"default";q={rate.requests};w={rate.seconds}'.encode()),
        (b"ratelimit", left.encode()),
    ]


def _check_limits(incoming: Incoming) -> None:
    scope, lines = incoming.scope, incoming.lines
    raw_path = scope.get("raw_path") or scope["path"].encode()
    if len(raw_path) + len(scope["query_string"]) > _LONGEST_URI:
        raise UriTooLong(f"path and query may be at most {_LONGEST_URI} bytes")
    if sum([len(name) + len(value) for name, value in scope["headers"]]) > _LONGEST_HEADERS:
        raise HeadersTooLarge(f"headers may be at most {_LONGEST_HEADERS} bytes")
    codings = lines.get(b"transfer-encoding")
    if codings is not None and [coding.lower() for coding in codings] != [b"chunked"]:
        raise MalformedRequest("a body comes as it is or chunked, in no other Transfer-Encoding")
    hosts = lines.get(b"host", [])
    if hosts in ([], [b""]) and scope["http_version"] in _HOSTLESS:
        return  # the server gives an empty one where there is none
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        raise MalformedRequest("a request has exactly one Host header, which names a host")


def _longest_body(scope: HTTPScope) -> int:
    return LONGEST_BATCH if scope["path"].endswith("/tasks/batch") else LONGEST_BODY


def _check_path(scope: HTTPScope) -> None:
    """Routes are found in the decoded path, where an encoded slash would part segments."""
    if _NO_SEGMENT.search(scope.get("raw_path") or b""):
        raise NotFoundException
