"""How handlers are tied to paths."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from litestar.types import Method

from entrypoints.http.calls import AnyRequest


def route(
    method: Method | Sequence[Method],
    paths: str | Sequence[str],
    handler: Callable[..., Awaitable[ASGIResponse]],
) -> HTTPRouteHandler:
    """A handler at its paths. It returns a finished answer, so nothing else is declared of it."""
    return HTTPRouteHandler(paths, http_method=method, status_code=200)(handler)


def options(handlers: Iterable[HTTPRouteHandler]) -> HTTPRouteHandler:
    """The answer to OPTIONS at every path; Litestar's own knows one handler of each path only."""
    return route("OPTIONS", sorted({path for handler in handlers for path in handler.paths}), _tell)


def allow(methods: Iterable[str]) -> str:
    """The value of `Allow`, with HEAD, which the outer wrapper answers wherever GET is."""
    all_ = {*methods}
    return ", ".join(sorted({*all_, "HEAD"} if "GET" in all_ else all_))


async def _tell(request: AnyRequest) -> ASGIResponse:
    here = request.scope["path_template"]
    methods = next(found.methods for found in request.app.routes if found.path_format == here)
    return ASGIResponse(status_code=204, headers={"allow": allow(methods)})


def versions(path: str) -> list[str]:
    """A path that names no user, below both prefixes; the first is the documented one."""
    return [f"{prefix}{path}" for prefix in ("/api/v1", "/api")]


def forms(path: str) -> list[str]:
    """The four forms of an owner's path; the first is the documented one (contract §1)."""
    return [
        f"{prefix}{user}{path}" for prefix in ("/api/v1", "/api") for user in ("/{user_id:str}", "")
    ]
