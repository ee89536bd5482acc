"""`Tasks` in memory."""

from collections.abc import Callable
from uuid import UUID

from adapters.memory.database import MemoryDatabase
from application.ports import Page, Receipt, Tasks
from domain.change import Change
from domain.errors import TaskNotFound, VersionMismatch
from domain.listing import Listing
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
        found = [t for t in shelf.tasks.values() if not t.deleted and listing.where.selects(t)]
        tasks = listing.sort(found)
        return Page(
            tasks[: listing.limit],
            len(tasks) > listing.limit,
            len(shelf.journal),
            len(found) if listing.count else None,
        )

    async def add(
        self, task: Task, *, by: Owner, most: int | None = None, receipt: Receipt | None = None
    ) -> None:
        shelf = self._database.shelf_to_write(task.owner)
        shelf.apply(Change(None, task, by), receipt, most=most)

    async def update(
        self,
        owner: Owner,
        id: UUID,
        change: Callable[[Task], Task],
        *,
        by: Owner,
        versions: frozenset[int] | None = None,
        receipt: Callable[[Task], Receipt] | None = None,
    ) -> Task:
        before = await self.get(owner, id)
        if versions is not None and before.version not in versions:
            raise VersionMismatch
        after = change(before)
        self._database.shelf_to_write(owner).apply(
            Change(before, after, by) if after != before else None,
            receipt(after) if receipt else None,
        )
        return after
