"""`Tasks` on PostgreSQL."""

import json
from collections.abc import Sequence

from sqlalchemy import TIMESTAMP, Text, bindparam, cast, func

from adapters.postgres.database import PostgresDatabase
from adapters.sql.database import Statement
from adapters.sql.rows import Step, receipt_row_of, step_row_of
from adapters.sql.shapes import Idioms
from adapters.sql.tables import tasks
from adapters.sql.tasks import SqlTasks
from application.errors import Busy
from application.ports import Receipt
from domain.owner import Owner


class PostgresTasks(SqlTasks):
    """Applies changes by one call of the stored function `apply_changes`: one round trip."""

    idioms = Idioms(
        any_tag="jsonb_exists_any(tasks.tags, "
        "ARRAY(SELECT jsonb_array_elements_text(CAST(:tags AS jsonb))))",
        contains="strpos(tasks.search_text, {}) > 0",
        moment=func.coalesce(
            tasks.c.due_at,
            func.timezone(cast(bindparam("zone"), Text), cast(tasks.c.due_day, TIMESTAMP)),
        ),
    )

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database)
        self._writes = database
        self._apply_changes = Statement(
            "SELECT apply_changes(%(owner)s, %(changes)s::jsonb, %(receipt)s::jsonb)", {}
        )

    async def _apply(self, owner: Owner, steps: Sequence[Step], receipt: Receipt | None) -> bool:
        params = {
            "owner": owner.key,
            "changes": _json([step_row_of(step) for step in steps]),
            "receipt": None if receipt is None else _json(receipt_row_of(receipt)),
        }
        try:
            await self._writes.fetch(self._apply_changes, params)
        except Busy:
            return False
        return True


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
