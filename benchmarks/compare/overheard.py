"""The statements that Taskhaven sends to PostgreSQL, overheard on the way to the driver."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.tasks import PostgresTasks
from adapters.sql.database import Params, Rows, Statement
from adapters.sql.journal import SqlJournal
from benchmarks.compare.data import owner_of, task_of
from benchmarks.compare.scenarios import CHANGES, CHANGES_TOLD, GET, LIST, PAGE_SIZE, POST
from domain.listing import Listing
from migrations import HEAD


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement in psycopg's form, and the values of its parameters."""

    text: str
    params: Params


class _Heard(Exception):
    """There is a statement, and no need to go on."""

    def __init__(self, sent: Sent) -> None:
        self.sent = sent


class _Ear(PostgresDatabase):
    """Raises the statement that it is to run."""

    def __init__(self) -> None:
        super().__init__("", HEAD, pool_size=1, session_state=True)

    async def fetch(
        self,
        statement: Statement,
        params: Params,
        *,
        scan: bool = False,  # noqa: ARG002 - whoever reads, it is never run
    ) -> Rows:
        raise _Heard(Sent(statement.text, statement.bind(params)))

    async def execute(self, statement: Statement, params: Params) -> int:
        raise _Heard(Sent(statement.text, statement.bind(params)))


def statements() -> Mapping[str, Sent]:
    """What each scenario of one statement sends for some owner's task, by the scenario's name."""
    ear, owner = _Ear(), owner_of(0)
    tasks, journal, task = PostgresTasks(ear), SqlJournal(ear), task_of(owner, 0)
    asked: Mapping[str, Awaitable[object]] = {
        GET: tasks.get(owner, task.id),
        LIST: tasks.page(owner, Listing(PAGE_SIZE)),
        CHANGES: journal.changes(owner, after=0, limit=CHANGES_TOLD),
        POST: tasks.add(task, by=owner),
    }
    return {name: asyncio.run(_overheard(asking)) for name, asking in asked.items()}


async def _overheard(asking: Awaitable[object]) -> Sent:
    try:
        await asking
    except _Heard as heard:
        return heard.sent
    raise AssertionError("nothing was asked of the database")
