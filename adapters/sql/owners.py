"""`Owners` on SQL, the same on every database."""

from sqlalchemy import Delete, Table, bindparam, delete, select

from adapters.sql.database import Database, compiled
from adapters.sql.tables import journal, owners, receipts, tasks
from application.identity import Owners
from domain.owner import Owner


class SqlOwners(Owners):
    """Empties each table of the owner's rows, then forgets the owner's position."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._erase = [
            compiled(_some(table, column), database.dialect)
            for table, column in ((tasks, "id"), (receipts, "key"), (journal, "position"))
        ]
        last = delete(owners).where(owners.c.owner_id == bindparam("owner"))
        self._forget = compiled(last, database.dialect)

    async def erase(self, owner: Owner, *, limit: int) -> int:
        params = {"owner": owner.key, "limit": limit}
        erased = 0
        for statement in self._erase:
            erased += await self._database.execute(statement, params)
        return erased or await self._database.execute(self._forget, {"owner": owner.key})


def _some(table: Table, column: str) -> Delete:
    owned = table.c.owner_id == bindparam("owner")
    some = select(table.c[column]).where(owned).limit(bindparam("limit"))
    return delete(table).where(owned, table.c[column].in_(some))
