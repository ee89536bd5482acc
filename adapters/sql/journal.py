"""`Journal` on SQL, the same on every database."""

from collections.abc import Sequence

from adapters.sql.database import Database, compiled
from adapters.sql.rows import entry_of
from adapters.sql.statements import journal_entries, journal_position
from application.ports import Journal
from domain.change import Entry
from domain.owner import Owner


class SqlJournal(Journal):
    """Reads what the writes of `SqlTasks` left."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._position = compiled(journal_position(), database.dialect)
        self._entries = compiled(journal_entries(), database.dialect)

    async def position(self, owner: Owner) -> int:
        rows = await self._database.fetch(self._position, {"owner": owner.key})
        return int(rows[0][0]) if rows else 0

    async def entries(self, owner: Owner, *, after: int, limit: int) -> Sequence[Entry]:
        params = {"owner": owner.key, "after": after, "limit": limit}
        return [entry_of(row) for row in await self._database.fetch(self._entries, params)]
