"""`Tasks` in memory."""

from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from adapters.memory.database import MemoryDatabase
from application.ports import Page, Receipt, Tasks, Written, nobody
from domain.change import Change
from domain.errors import TaskNotFound, VersionMismatch
from domain.listing import Listing
from domain.owner import Owner
from domain.task import Task


class MemoryTasks(Tasks):
    """No method awaits anything between reading and writing: each is one step of the event loop."""

    def __init__(self, database: MemoryDatabase, written: Written = nobody) -> None:
        self._database = database
        self._written = written

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
            shelf.position,
            len(found) if listing.count else None,
        )

    async def add(
        self, task: Task, *, by: Owner, most: int | None = None, receipt: Receipt | None = None
    ) -> None:
        self._store(task.owner, [Change(None, task, by)], receipt, most)

    async def update(
        self,
        owner: Owner,
        id: UUID,
        change: Callable[[Task], Task],
        *,
        by: Owner,
        versions: frozenset[int] | None = None,
        receipt: Callable[[Task], Receipt] | None = None,
        most: int | None = None,
        trashed: bool = False,
        reverts: bool = False,
    ) -> Task:
        before = self._database.shelf(owner).tasks.get(id)
        if before is None or (before.deleted and not trashed):
            raise TaskNotFound
        if versions is not None and before.version not in versions:
            raise VersionMismatch
        after = change(before)
        changes = [Change(before, after, by, reverts)] if after != before else []
        self._store(owner, changes, receipt(after) if receipt else None, most)
        return after

    async def apply(
        self,
        owner: Owner,
        ids: Collection[UUID],
        plan: Callable[[Mapping[UUID, Task]], Sequence[Change]],
        *,
        most: int | None = None,
        receipt: Callable[[Sequence[Change]], Receipt] | None = None,
        trashed: bool = False,
    ) -> Sequence[Change]:
        changes = plan(await self.some(owner, ids, trashed=trashed))
        self._store(owner, changes, receipt(changes) if receipt else None, most)
        return changes

    async def some(
        self, owner: Owner, ids: Collection[UUID], *, trashed: bool = False
    ) -> Mapping[UUID, Task]:
        tasks = self._database.shelf(owner).tasks
        return {id: tasks[id] for id in ids if id in tasks and (trashed or not tasks[id].deleted)}

    def _store(
        self, owner: Owner, changes: Sequence[Change], receipt: Receipt | None, most: int | None
    ) -> None:
        self._database.shelf_to_write(owner).apply(changes, receipt, most=most)
        if changes:
            self._written(owner)
