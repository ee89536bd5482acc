"""`Tasks` on PostgreSQL."""

import json

from adapters.postgres.database import PostgresDatabase
from adapters.sql.database import Statement
from adapters.sql.rows import change_row_of
from adapters.sql.tasks import SqlTasks
from application.errors import Busy
from domain.change import Change


class PostgresTasks(SqlTasks):
    """Applies a change by one call of the stored function `apply_changes`: one round trip."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database)
        self._writes = database
        self._apply_changes = Statement("SELECT apply_changes(%(owner)s, %(changes)s::jsonb)", {})

    async def _apply(self, change: Change, *, previous: int | None) -> bool:
        changes = json.dumps([change_row_of(change, previous)], ensure_ascii=False)
        params = {"owner": change.after.owner.key, "changes": changes}
        try:
            await self._writes.fetch(self._apply_changes, params)
        except Busy:
            return False
        return True
