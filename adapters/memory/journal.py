"""`Journal` in memory."""

from collections.abc import Sequence

from adapters.memory.database import MemoryDatabase
from application.ports import Journal
from domain.change import Entry
from domain.owner import Owner


class MemoryJournal(Journal):
    """Reads the entries that writes left on the owner's shelf."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def position(self, owner: Owner) -> int:
        return len(self._database.shelf(owner).journal)

    async def entries(self, owner: Owner, *, after: int, limit: int) -> Sequence[Entry]:
        return tuple(self._database.shelf(owner).journal[after : after + limit])
