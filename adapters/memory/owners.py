"""`Owners` in memory."""

from adapters.memory.database import MemoryDatabase
from application.identity import Owners
from domain.owner import Owner


class MemoryOwners(Owners):
    """An owner's shelf is all that they have."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def erase(
        self,
        owner: Owner,
        *,
        limit: int,  # noqa: ARG002 - a shelf goes in one piece
    ) -> int:
        return self._database.erase(owner)
