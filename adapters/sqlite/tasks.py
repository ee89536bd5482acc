"""`Tasks` on SQLite."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Column, bindparam, delete, func, insert, update
from sqlalchemy.dialects.sqlite import insert as upsert

from adapters.sql.database import Params, Statement, compiled
from adapters.sql.rows import Step, receipt_row_of, step_row_of
from adapters.sql.shapes import Idioms
from adapters.sql.tables import journal, owners, receipts, tasks
from adapters.sql.tasks import SqlTasks
from adapters.sqlite.database import SqliteDatabase
from application.errors import KeyTaken
from application.ports import Receipt
from domain.owner import Owner

_dialect = SqliteDatabase.dialect
_EXPIRED = (
    receipts.c.owner_id == bindparam("owner_id"),
    receipts.c.expires_at <= bindparam("made_at"),
)


def _by_name(columns: Iterable[Column[object]]) -> dict[str, BindParameter[object]]:
    return {column.name: bindparam(column.name) for column in columns}


def _next_position() -> Statement:
    first = upsert(owners).values(owner_id=bindparam("owner_id"), position=1)
    following = first.on_conflict_do_update(
        index_elements=[owners.c.owner_id], set_={"position": owners.c.position + 1}
    )
    return compiled(following.returning(owners.c.position), _dialect)


def _update_task() -> Statement:
    key = ("owner_id", "id")
    values = _by_name(c for c in tasks.c if c.name not in key)
    same_row = [tasks.c[name] == bindparam(name) for name in key]
    was_before = tasks.c.version == bindparam("version") - 1
    return compiled(update(tasks).where(*same_row, was_before).values(values), _dialect)


def _append_entry() -> Statement:
    values = _by_name(journal.c) | {"task_id": bindparam("id"), "at": bindparam("updated_at")}
    return compiled(insert(journal).values(values), _dialect)


class SqliteTasks(SqlTasks):
    """Applies changes as three statements each, in one transaction of the writer's thread."""

    idioms = Idioms(
        any_tag="EXISTS (SELECT 1 FROM json_each(tasks.tags) AS has, json_each(:tags) AS wanted "
        "WHERE has.value = wanted.value)",
        contains="instr(tasks.search_text, {}) > 0",
        moment=func.coalesce(
            tasks.c.due_at, func.local_midnight(tasks.c.due_day, bindparam("zone"))
        ),
    )

    def __init__(self, database: SqliteDatabase) -> None:
        super().__init__(database)
        self._writes = database
        self._next_position = _next_position()
        self._insert = compiled(insert(tasks).values(_by_name(tasks.c)), _dialect)
        self._update = _update_task()
        self._append = _append_entry()
        self._expire = compiled(delete(receipts).where(*_EXPIRED), _dialect)
        self._keep = compiled(insert(receipts).values(_by_name(receipts.c)), _dialect)

    async def _apply(self, owner: Owner, steps: Sequence[Step], receipt: Receipt | None) -> bool:
        rows = [_encoded(owner, step) for step in steps]
        kept = None if receipt is None else {"owner_id": owner.key, **receipt_row_of(receipt)}

        def job(connection: sqlite3.Connection) -> None:
            if kept is not None:
                self._keep_receipt(connection, kept)
            for row in rows:
                self._store(connection, row)

        try:
            await self._writes.write(job)
        except _LostRace:
            return False
        return True

    def _keep_receipt(self, connection: sqlite3.Connection, row: Params) -> None:
        connection.execute(self._expire.text, row)
        try:
            connection.execute(self._keep.text, row)
        except sqlite3.IntegrityError:
            raise KeyTaken from None

    def _store(self, connection: sqlite3.Connection, row: dict[str, Any]) -> None:
        owner = {"owner_id": row["owner_id"]}
        counted = connection.execute(self._next_position.text, self._next_position.bind(owner))
        (row["position"],) = counted.fetchone()
        store = self._insert if row["version"] == 1 else self._update
        if connection.execute(store.text, store.bind(row)).rowcount != 1:
            raise _LostRace
        connection.execute(self._append.text, row)


def _encoded(owner: Owner, step: Step) -> dict[str, Any]:
    row = step_row_of(step) | {"owner_id": owner.key}
    for name in ("tags", "changed"):
        row[name] = json.dumps(row[name], ensure_ascii=False)
    return row


class _LostRace(Exception):
    """The task is no longer in the version before the change."""
