"""`Trash` in memory."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from adapters.memory.database import MemoryDatabase
from application.ports import Trash
from domain.owner import Owner
from domain.task import Task


class MemoryTrash(Trash):
    """Finds what lies on the owner's shelf and is deleted."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def page(
        self, owner: Owner, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> tuple[Sequence[Task], bool]:
        found = [
            (task.deleted_at, task.id, task)
            for task in self._database.shelf(owner).tasks.values()
            if task.deleted_at is not None
        ]
        found.sort(key=lambda item: item[:2], reverse=True)
        tasks = [task for at, id, task in found if after is None or (at, id) < after]
        return tasks[:limit], len(tasks) > limit

    async def erase(self, owner: Owner, id: UUID) -> bool:
        shelf = self._database.shelf(owner)
        task = shelf.tasks.get(id)
        if task is None or not task.deleted:
            return False
        shelf.erase(id)
        return True

    async def old(self, *, before: datetime, limit: int) -> Sequence[tuple[Owner, UUID]]:
        return [
            (owner, task.id)
            for owner, shelf in self._database.shelves().items()
            for task in shelf.tasks.values()
            if task.deleted_at is not None and task.deleted_at < before
        ][:limit]
