"""Databases as migrations see them: a file or an address, and what is in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from application.ports import Receipt
from entrypoints.settings.database_url import DatabaseUrl
from migrations.connecting import engine
from tests.builders import DAWN, a_session, a_task, an_account, toggle
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
    receipt = Receipt("k", "d", "{}", DAWN, DAWN + timedelta(days=1))
    account, erased = an_account(), an_account()
    session, _ = a_session(account.id, agent="😀")
    async with opened(url) as storage:
        await storage.storage.check()
        await storage.tasks.add(task, by=task.owner, receipt=receipt)
        await storage.tasks.update(task.owner, task.id, toggle, by=task.owner)
        await storage.container.accounts().add(account, session)
        await storage.container.accounts().add(erased)
        await storage.container.accounts().erase(erased.owner, at=DAWN)
        await storage.container.at_account().admit(account.email.key)
