"""`Tasks` in memory."""

from collections.abc import Callable
from itertools import islice
from uuid import UUID

from adapters.memory.database import MemoryDatabase
from application.ports import Listing, Page, Tasks
from domain.change import Change
from domain.errors import TaskNotFound, VersionMismatch
from domain.owner import Owner
from domain.task import Task


class MemoryTasks(Tasks):
    """No method awaits anything between reading and writing: each is one step of the event loop."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def get(self, owner: Owner, id: UUID) -> Task:
        task = self._database.shelf(owner).tasks.get(id)
        if task is None or task.deleted:
            raise TaskNotFound
        return task

    async def page(self, owner: Owner, listing: Listing) -> Page:
        shelf = self._database.shelf(owner)
        found = (
            shelf.tasks[id]
            for id in sorted(shelf.tasks, reverse=True)
            if not shelf.tasks[id].deleted and (listing.before is None or id < listing.before)
        )
        tasks = tuple(islice(found, listing.limit + 1))
        return Page(tasks[: listing.limit], len(tasks) > listing.limit, len(shelf.journal))

    async def add(self, task: Task, *, by: Owner) -> None:
        self._database.shelf_to_write(task.owner).apply(Change(None, task, by))

    async def update(
        self,
        owner: Owner,
        id: UUID,
        change: Callable[[Task], Task],
        *,
        by: Owner,
        versions: frozenset[int] | None = None,
    ) -> Task:
        before = await self.get(owner, id)
        if versions is not None and before.version not in versions:
            raise VersionMismatch
        after = change(before)
        if after != before:
            self._database.shelf_to_write(owner).apply(Change(before, after, by))
        return after
