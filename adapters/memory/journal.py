"""`Journal` in memory."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice, takewhile
from uuid import UUID

from adapters.memory.database import MemoryDatabase, Shelf
from application.ports import Changes, Journal
from domain.change import Entry
from domain.errors import TaskNotFound
from domain.owner import Owner


class MemoryJournal(Journal):
    """Reads the entries that writes left on the owner's shelf."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def position(self, owner: Owner) -> int:
        return self._database.shelf(owner).position

    async def positions(self, owners: Collection[Owner]) -> Mapping[Owner, int]:
        positions = {owner: self._database.shelf(owner).position for owner in owners}
        return {owner: position for owner, position in positions.items() if position}

    async def entries(self, owner: Owner, *, after: int, limit: int) -> Sequence[Entry]:
        return [*islice(_from(self._database.shelf(owner), after), limit)]

    async def changes(self, owner: Owner, *, after: int, limit: int) -> Changes:
        shelf = self._database.shelf(owner)
        found = []
        for entry in _from(shelf, after):
            task = shelf.tasks.get(entry.task_id)
            if task is None or shelf.last_entry[task.id] == entry.position:
                here = task if task is not None and not task.deleted else entry.task_id
                found.append((entry.position, here))
        return Changes(found[:limit], len(found) > limit, shelf.position, shelf.horizon)

    async def history(
        self, owner: Owner, id: UUID, *, before: int | None, limit: int
    ) -> Sequence[Entry]:
        shelf = self._database.shelf(owner)
        task = shelf.tasks.get(id)
        if task is None or task.deleted:
            raise TaskNotFound
        newest = shelf.last_entry[id] if before is None else before
        return [
            shelf.journal[position]
            for position in sorted(shelf.journal, reverse=True)
            if position <= newest and shelf.journal[position].task_id == id
        ][:limit]

    async def oldest(
        self, *, after: Owner | None, limit: int
    ) -> Sequence[tuple[Owner, datetime | None]]:
        shelves = sorted(self._database.shelves().items(), key=lambda item: item[0].key)
        return [
            (owner, next((entry.at for entry in _from(shelf, 0)), None))
            for owner, shelf in shelves
            if after is None or owner.key > after.key
        ][:limit]

    async def trim(self, owner: Owner, *, before: datetime, limit: int) -> int:
        shelf = self._database.shelf(owner)
        first = islice(_from(shelf, 0), limit)
        dropped = [entry.position for entry in takewhile(lambda e: e.at < before, first)]
        for position in dropped:
            del shelf.journal[position]
            shelf.horizon = position
        return len(dropped)


def _from(shelf: Shelf, after: int) -> Iterator[Entry]:
    """The entries above a position, in order."""
    return (shelf.journal[position] for position in sorted(shelf.journal) if position > after)
