"""`taskhaven` with three routes more, each of which fails as none of ours is known to.

`/broken/half` in the middle of its answer, `/broken/text` at a text that has no encoding, and
`/broken/log` where it is to be logged. Run as a program: workers are forked off, or import it.
"""

from collections.abc import AsyncGenerator
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from entrypoints import worker
from entrypoints.cli import main
from entrypoints.http.answers import Answer
from entrypoints.http.docs import DocsRoutes
from entrypoints.http.incoming import Incoming
from entrypoints.http.routing import route
from entrypoints.http.streaming import Streamed
from entrypoints.logs.access import RequestLog, request_log


class Broken(DocsRoutes):
    """The docs, and what fails."""

    def routes(self) -> list[HTTPRouteHandler]:
        return [
            *super().routes(),
            route("GET", "/broken/half", half),
            route("GET", "/broken/text", text),
            route("GET", "/broken/log", log),
        ]


async def half(_: Incoming) -> Streamed:
    async def pieces() -> AsyncGenerator[bytes, None]:
        yield b"half of it"
        raise RuntimeError("canary")

    return Streamed(pieces())


async def text(_: Incoming) -> Answer:
    return Answer(200, {}, msgspec.json.encode({"canary": "\ud800"}))


async def log(_: Incoming) -> Answer:
    return Answer(200, {}, b"all of it")


def broken_log(kind: str, level: str) -> RequestLog:
    say = request_log(kind, level)

    def say_or_fail(level: str, **said: Any) -> None:
        if said["route"] == "/broken/log":
            raise OSError("canary")
        say(level, **said)

    return say_or_fail


worker.DocsRoutes = Broken  # type: ignore[attr-defined] # it is the worker's own import
worker.request_log = broken_log  # type: ignore[attr-defined] # so is this

if __name__ == "__main__":
    main(prog_name="taskhaven")
