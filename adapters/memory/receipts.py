"""`Receipts` in memory."""

from datetime import datetime

from adapters.memory.database import MemoryDatabase
from application.ports import Receipt, Receipts
from domain.owner import Owner


class MemoryReceipts(Receipts):
    """Finds what writes left on the owner's shelf."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, owner: Owner, key: str, *, at: datetime) -> Receipt | None:
        receipt = self._database.shelf(owner).receipts.get(key)
        return receipt if receipt is not None and receipt.expires_at > at else None

    async def sweep(self, *, at: datetime, limit: int) -> int:
        expired = [
            (shelf, receipt.key)
            for shelf in self._database.shelves().values()
            for receipt in shelf.receipts.values()
            if receipt.expires_at <= at
        ][:limit]
        for shelf, key in expired:
            del shelf.receipts[key]
        return len(expired)
