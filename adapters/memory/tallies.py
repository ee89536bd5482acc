"""`Tallies` in memory."""

from collections.abc import Callable
from datetime import datetime

from adapters.memory.database import MemoryDatabase
from application.identity import Tallies
from domain.tally import Tally


class MemoryTallies(Tallies):
    """No method awaits anything."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._tallies = database.tallies

    async def update(self, key: str, change: Callable[[Tally | None], Tally]) -> Tally:
        self._tallies[key] = after = change(self._tallies.get(key))
        return after

    async def forget(self, key: str) -> None:
        self._tallies.pop(key, None)

    async def sweep(self, *, before: datetime, limit: int) -> int:
        old = [key for key, tally in self._tallies.items() if tally.last_at < before][:limit]
        for key in old:
            del self._tallies[key]
        return len(old)
