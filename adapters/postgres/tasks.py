"""`Tasks` on PostgreSQL."""

import json

from sqlalchemy import TIMESTAMP, bindparam, cast, func
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.database import PostgresDatabase
from adapters.sql.database import Statement
from adapters.sql.rows import Write, receipt_row_of, step_row_of
from adapters.sql.shapes import Idioms
from adapters.sql.tables import tasks
from adapters.sql.tasks import SqlTasks
from application.errors import Busy
from application.ports import Written, nobody


class PostgresTasks(SqlTasks):
    """Applies changes by one call of the stored function `apply_changes`: one round trip."""

    idioms = Idioms(
        any_tag="jsonb_exists_any(tasks.tags, "
        "ARRAY(SELECT jsonb_array_elements_text(CAST(:tags AS jsonb))))",
        contains="strpos(tasks.search_text, {}) > 0",
        moment=func.coalesce(
            tasks.c.due_at,
            cast(
                func.jsonb_extract_path_text(
                    bindparam("midnights", type_=JSONB), func.to_char(tasks.c.due_day, "YYYY-MM-DD")
                ),
                TIMESTAMP(timezone=True),
            ),
            func.timezone("UTC", cast(tasks.c.due_day, TIMESTAMP)),  # of a task that came just now
        ),
        ids="tasks.id IN (SELECT CAST(value AS uuid) "
        "FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))",
    )

    def __init__(self, database: PostgresDatabase, written: Written = nobody) -> None:
        super().__init__(database, written)
        self._writes = database
        self._apply_changes = Statement(
            "SELECT apply_changes("
            "%(owner)s, %(changes)s::jsonb, %(gain)s, %(most)s, %(receipt)s::jsonb)",
            {},
        )

    async def _apply(self, write: Write) -> bool:
        params = {
            "owner": write.owner.key,
            "changes": _json([step_row_of(step) for step in write.steps]),
            "gain": write.gain,
            "most": write.most,
            "receipt": None if write.receipt is None else _json(receipt_row_of(write.receipt)),
        }
        try:
            await self._writes.execute(self._apply_changes, params)
        except Busy:
            return False
        return True


_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
