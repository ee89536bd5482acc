"""How handlers are tied to paths."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Method, Receive, Scope, Send

from entrypoints.http.answers import Answer, allow
from entrypoints.http.incoming import Incoming, incoming_of
from entrypoints.http.problems import refusal
from entrypoints.http.ways import ANSWER

Handler = Callable[[Incoming], Awaitable[ASGIApp]]
"""Gives what sends the answer, or raises what `problems` makes an answer of."""


def route(
    method: Method | Sequence[Method], paths: str | Sequence[str], handler: Handler
) -> HTTPRouteHandler:
    """A handler at its paths.

    Once it is found, by `Ways` or by Litestar, the rest is done here, for Litestar in a middleware
    that lets nothing through: its own way to a handler and back takes longer than most of them do.
    """

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        incoming = incoming_of(scope)
        try:
            answer = await handler(incoming)
        except Exception as error:  # noqa: BLE001 - there is an answer to every one
            answer = refusal(incoming, error)
        await answer(scope, receive, send)

    def instead(app: ASGIApp) -> ASGIApp:  # noqa: ARG001 - which is never called
        return answered

    found = HTTPRouteHandler(
        paths, http_method=method, status_code=200, middleware=[instead], opt={ANSWER: answered}
    )
    return found(_not_reached)


async def _not_reached() -> None:
    """What Litestar would call."""


def options(handlers: Iterable[HTTPRouteHandler]) -> HTTPRouteHandler:
    """The answer to OPTIONS at every path; Litestar's own knows one handler of each path only."""
    methods: dict[str, set[str]] = {}
    for each in handlers:
        for path in each.paths:
            methods.setdefault(path.replace(":str}", "}"), {"OPTIONS"}).update(each.http_methods)

    async def tell(incoming: Incoming) -> Answer:
        return Answer(204, {"allow": allow(methods[incoming.template or ""])})

    return route("OPTIONS", sorted({path for each in handlers for path in each.paths}), tell)


def versions(path: str) -> list[str]:
    """A path that names no user, below both prefixes; the first is the documented one."""
    return [f"{prefix}{path}" for prefix in ("/api/v1", "/api")]


def forms(path: str) -> list[str]:
    """The four forms of an owner's path; the first is the documented one (contract §1)."""
    return [
        f"{prefix}{user}{path}" for prefix in ("/api/v1", "/api") for user in ("/{user_id:str}", "")
    ]
