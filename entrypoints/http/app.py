"""The ASGI application: routes, the error table and, outermost, the edge."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Never

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from application.metering import Meter
from application.ports import Lasting
from entrypoints.http.chores import Chore, doing
from entrypoints.http.cors import Cors
from entrypoints.http.edge import Edge
from entrypoints.http.leaving import Leaving
from entrypoints.http.routing import options
from entrypoints.http.watch import Watch
from entrypoints.http.ways import Ways


def create_app(
    lasting: Sequence[Lasting],
    routes: list[HTTPRouteHandler],
    chores: Mapping[str, Chore],
    *,
    origins: Sequence[str] = (),
    watch: Watch,
    meter: Meter,
    leaving: Leaving,
) -> ASGIApp:
    """The application with these routes; while it lives `lasting` are open and `chores` are done.

    Pages of `origins` may call it. `watch` sees every request; from `leaving` on, connections end
    with the answer.
    """

    @asynccontextmanager
    async def opened(_: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for each in lasting:
                await each.open()
                stack.push_async_callback(each.close)
            await stack.enter_async_context(doing(chores, meter))
            yield

    handlers = [options(routes), *routes]
    return Edge(
        Litestar(
            handlers,
            lifespan=[opened],
            exception_handlers={Exception: _leave_to_the_edge},
            logging_config=None,  # it would log bodies; what fails is logged with its answer
            openapi_config=None,  # the description is written by hand: see openapi.py
            debug=False,  # whatever LITESTAR_DEBUG says
            pdb_on_exception=False,  # whatever LITESTAR_PDB says
            request_max_body_size=None,  # the edge has read the body, within its own limit
        ),
        Ways(handlers),
        Cors(origins),
        watch,
        leaving,
    )


def _leave_to_the_edge(_: Any, error: Exception) -> Never:
    """What no handler caught: there is no such path, or no such method."""
    raise error
