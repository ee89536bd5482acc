"""`Receipts` on SQL, the same on every database."""

from datetime import datetime

from adapters.sql.database import Database, compiled
from adapters.sql.rows import receipt_of
from adapters.sql.statements import find_receipt, sweep_receipts
from application.ports import Receipt, Receipts
from domain.instant import format_instant
from domain.owner import Owner


class SqlReceipts(Receipts):
    """Finds what the writes of `SqlTasks` left."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._find = compiled(find_receipt(), database.dialect)
        self._sweep = compiled(sweep_receipts(), database.dialect)

    async def find(self, owner: Owner, key: str, *, at: datetime) -> Receipt | None:
        params = {"owner": owner.key, "key": key, "at": format_instant(at)}
        rows = await self._database.fetch(self._find, params)
        return receipt_of(rows[0]) if rows else None

    async def sweep(self, *, at: datetime, limit: int) -> int:
        params = {"at": format_instant(at), "limit": limit}
        return await self._database.execute(self._sweep, params)
