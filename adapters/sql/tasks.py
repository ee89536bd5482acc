"""`Tasks` on SQL: what every database does alike."""

import asyncio
import random
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable
from time import monotonic
from uuid import UUID

from adapters.sql.database import Database, compiled
from adapters.sql.rows import task_of
from adapters.sql.statements import get_task, list_tasks, older_than_before
from application.errors import Busy
from application.ports import Listing, Page, Tasks
from domain.change import Change
from domain.errors import TaskNotFound, VersionMismatch
from domain.owner import Owner
from domain.task import Task

_PATIENCE = 2.0  # seconds for an update to win its race (contract §4)
_PAUSE = 0.01  # seconds at most before the next try, drawn at random so that rivals part ways


class SqlTasks(Tasks):
    """Reads are single statements; each database brings its own atomic `_apply`."""

    def __init__(self, database: Database) -> None:
        self._reads = database
        self._get = compiled(get_task(), database.dialect)
        self._newest = compiled(list_tasks(), database.dialect)
        self._older = compiled(list_tasks(older_than_before()), database.dialect)

    async def get(self, owner: Owner, id: UUID) -> Task:
        task, _ = await self._read(owner, id)
        return task

    async def page(self, owner: Owner, listing: Listing) -> Page:
        statement = self._newest if listing.before is None else self._older
        params = {"owner": owner.key, "limit": listing.limit + 1}
        if listing.before is not None:
            params["before"] = str(listing.before)
        rows = await self._reads.fetch(statement, params)
        position = rows[0][0]
        tasks = [task_of(owner, row[1:])[0] for row in rows if row[1] is not None]
        return Page(tasks[: listing.limit], len(tasks) > listing.limit, position)

    async def add(self, task: Task, *, by: Owner) -> None:
        async for _ in _tries():
            if await self._apply(Change(None, task, by), previous=None):
                return
        raise Busy

    async def update(
        self,
        owner: Owner,
        id: UUID,
        change: Callable[[Task], Task],
        *,
        by: Owner,
        versions: frozenset[int] | None = None,
    ) -> Task:
        async for _ in _tries():
            before, position = await self._read(owner, id)
            if versions is not None and before.version not in versions:
                raise VersionMismatch
            after = change(before)
            if after == before or await self._apply(Change(before, after, by), previous=position):
                return after
        raise Busy

    async def _read(self, owner: Owner, id: UUID) -> tuple[Task, int]:
        rows = await self._reads.fetch(self._get, {"owner": owner.key, "id": str(id)})
        if not rows:
            raise TaskNotFound
        return task_of(owner, rows[0])

    @abstractmethod
    async def _apply(self, change: Change, *, previous: int | None) -> bool:
        """Store the task's new row, the owner's next position and the entry in one atomic step.

        `previous` is the position of the task's last entry. Returns whether it was stored: if not,
        another writer came between, nothing was written, and it may be tried again.
        """


async def _tries() -> AsyncIterator[None]:
    deadline = monotonic() + _PATIENCE
    yield
    while monotonic() < deadline:
        await asyncio.sleep(random.random() * _PAUSE)  # noqa: S311 - no secret
        yield
