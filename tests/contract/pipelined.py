"""Pipelines to a real PostgreSQL, and what tests do to those who use them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import psycopg

from adapters.postgres.connections import Connections
from adapters.postgres.pipelines import Pipelines
from adapters.sql.database import Statement
from tests.leaks import nothing_left_open
from tests.postgres_server import PATIENCE

Answer = TypeVar("Answer")

PID = Statement("SELECT pg_backend_pid()", {})
ECHO = Statement("SELECT %(said)s::text", {})
WAIT = Statement("SELECT 1 FROM pg_advisory_xact_lock_shared(%(lock)s)", {})

_OURS = "datname = current_database() AND application_name = 'taskhaven'"
_END = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {_OURS}"


@asynccontextmanager
async def pipelines(url: str, most: int = 4) -> AsyncIterator[Pipelines]:
    """At most so many pipelines. The test fails if a connection stays open behind it."""
    found = Pipelines(Connections(url, 1, session_state=True).connect, most)
    try:
        yield found
    finally:
        await found.close()
    nothing_left_open(url)


async def soon(answer: Awaitable[Answer]) -> Answer:
    """The answer, which may take long on a machine under load, but not for ever."""
    async with asyncio.timeout(PATIENCE):
        return await answer


async def all_soon(*answers: Awaitable[Any]) -> list[Any]:
    """Every answer, or the error instead of it."""
    return await soon(asyncio.gather(*answers, return_exceptions=True))


async def ask(pipelines: Pipelines, statement: Statement, **params: object) -> Any:
    """The one value that a statement gives."""
    ((value,),) = await soon(pipelines.fetch(statement, params))
    return value


async def rows(url: str, statement: str) -> Sequence[tuple[Any, ...]]:
    """What somebody else is answered."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        cursor = await connection.execute(statement.encode())
        return await cursor.fetchall() if cursor.description else []


async def sessions(url: str) -> int:
    """How many connections of ours there are."""
    ((count,),) = await rows(url, f"SELECT count(*) FROM pg_stat_activity WHERE {_OURS}")
    return int(count)


async def end_sessions(url: str) -> None:
    """End every connection of ours, and wait until they have gone."""
    await rows(url, _END)


def end_sessions_unheard(url: str) -> None:
    """The same, while the loop has no time to hear of it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_END.encode())


async def someone_waits(url: str) -> None:
    """Return when a statement of ours waits for a lock."""
    waiting = f"SELECT 1 FROM pg_stat_activity WHERE {_OURS} AND wait_event_type = 'Lock'"
    async with asyncio.timeout(PATIENCE):
        while True:
            if await rows(url, waiting):
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def held(url: str, lock: int) -> AsyncIterator[None]:
    """For the length of the block, whoever asks `WAIT` for that lock waits."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", [lock])
        yield


@contextmanager
def silent_server() -> Iterator[str]:
    """Where something takes connections and never says a word, for as long as anybody waits."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        yield f"postgresql://nobody@127.0.0.1:{port}/none?connect_timeout=3600"
