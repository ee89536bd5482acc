"""Databases as migrations see them: a file or an address, and what is in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from entrypoints.database_url import DatabaseUrl
from migrations.runner import engine
from tests.builders import a_task, toggle
from tests.storages import opened


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection whose transaction is committed at the end of the block."""
    made = engine(target(url))
    try:
        with made.begin() as connection:
            yield connection
    finally:
        made.dispose()


def target(url: str) -> Path | str:
    return DatabaseUrl.parse(url).target


async def leave_rows(url: str) -> None:
    """Write, as the service does, a row into every table."""
    task = a_task(title="😀", tags=["t"], due_date="2999-12-31T23:59:59.999999Z")
    async with opened(url) as storage:
        await storage.storage.check()
        await storage.tasks.add(task, by=task.owner)
        await storage.tasks.update(task.owner, task.id, toggle, by=task.owner)
