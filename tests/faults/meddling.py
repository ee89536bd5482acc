"""What an administrator, or another client, may do to the service's database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import LiteralString

import psycopg

_PATIENCE = 20.0  # seconds for what takes no time, but may take longer on a machine under load


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def end_its_connections(url: str) -> None:
    execute(
        url,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE application_name = 'taskhaven' AND datname = current_database()",
    )


@asynccontextmanager
async def locked(url: str, mode: LiteralString = "ACCESS EXCLUSIVE") -> AsyncIterator[None]:
    """Nobody else can write tasks for the length of the block, nor read them unless `mode` lets."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute(f"LOCK TABLE tasks IN {mode} MODE")
        yield


async def someone_waits(url: str) -> None:
    """Return when a statement of the service waits for the lock."""
    async with (
        asyncio.timeout(_PATIENCE),
        await psycopg.AsyncConnection.connect(url, autocommit=True) as connection,
    ):
        while True:
            cursor = await connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                " AND application_name = 'taskhaven' AND datname = current_database()"
            )
            if await cursor.fetchone() != (0,):
                return
            await asyncio.sleep(0.01)
