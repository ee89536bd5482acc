"""How handlers are tied to paths."""

from collections.abc import Awaitable, Callable, Sequence

from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from litestar.types import Method


def route(
    method: Method | Sequence[Method],
    paths: str | Sequence[str],
    handler: Callable[..., Awaitable[ASGIResponse]],
) -> HTTPRouteHandler:
    """A handler at its paths. It returns a finished answer, so nothing else is declared of it."""
    return HTTPRouteHandler(paths, http_method=method, status_code=200)(handler)


def forms(path: str) -> list[str]:
    """The four forms of an owner's path; the first is the documented one (contract §1)."""
    return [
        f"{prefix}{user}{path}" for prefix in ("/api/v1", "/api") for user in ("/{user_id:str}", "")
    ]
