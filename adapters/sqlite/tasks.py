"""`Tasks` on SQLite."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    Integer,
    bindparam,
    func,
    insert,
    literal_column,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from adapters.sql.database import Statement, compiled, insert_new
from adapters.sql.rows import Step, Write, receipt_row_of, step_row_of
from adapters.sql.shapes import Idioms
from adapters.sql.tables import journal, owners, receipts, tasks
from adapters.sql.tasks import SqlTasks
from adapters.sqlite.database import SqliteDatabase
from application.errors import KeyTaken
from application.ports import Written, nobody
from domain.errors import TooManyTasks
from domain.owner import Owner

_dialect = SqliteDatabase.dialect


def _by_name(columns: Iterable[Column[object]]) -> dict[str, BindParameter[object]]:
    return {column.name: bindparam(column.name) for column in columns}


def _counter() -> Statement:
    """Counts steps and tasks gained, and gives the owner's position and number of tasks."""
    steps, gain = bindparam("steps", type_=Integer), bindparam("gain", type_=Integer)
    first = upsert(owners).values(owner_id=bindparam("owner_id"), position=steps, present=gain)
    further = first.on_conflict_do_update(
        index_elements=[owners.c.owner_id],
        set_={"position": owners.c.position + steps, "present": owners.c.present + gain},
    )
    return compiled(further.returning(owners.c.position, owners.c.present), _dialect)


def _keep_receipt() -> Statement:
    """Stores a receipt, in place of one that has expired if need be."""
    first = upsert(receipts).values(_by_name(receipts.c))
    values = {c.name: first.excluded[c.name] for c in receipts.c if not c.primary_key}
    renewed = first.on_conflict_do_update(
        index_elements=[receipts.c.owner_id, receipts.c.key],
        set_=values,
        where=receipts.c.expires_at <= first.excluded.made_at,
    )
    return compiled(renewed, _dialect)


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
    """Applies a write in one job of the writer's thread: the counter, then each change."""

    idioms = Idioms(
        any_tag="EXISTS (SELECT 1 FROM json_each(tasks.tags) AS has, json_each(:tags) AS wanted "
        "WHERE has.value = wanted.value)",
        contains="instr(tasks.search_text, {}) > 0",
        moment=func.coalesce(
            tasks.c.due_at,
            func.json_extract(
                bindparam("midnights"), literal_column("'$.\"' || tasks.due_day || '\"'")
            ),
            literal_column("tasks.due_day || 'T00:00:00.000000Z'"),  # of a task that came just now
        ),
        ids="tasks.id IN (SELECT value FROM json_each(:ids))",
    )

    def __init__(self, database: SqliteDatabase, written: Written = nobody) -> None:
        super().__init__(database, written)
        self._writes = database
        self._counter = _counter()
        self._insert = insert_new(tasks, _dialect)
        self._update = _update_task()
        self._append = _append_entry()
        self._keep = _keep_receipt()

    async def _apply(self, write: Write) -> bool:
        rows = [_encoded(write.owner, step) for step in write.steps]
        receipt = _receipt_row(write)

        def job(connection: sqlite3.Connection) -> None:
            position = self._count(connection, write)
            if receipt and connection.execute(self._keep.text, receipt).rowcount != 1:
                raise KeyTaken
            for place, row in enumerate(rows):
                self._store_row(connection, row | {"position": position - len(rows) + place + 1})

        try:
            await self._writes.write(job)
        except _LostRace:
            return False
        return True

    def _count(self, connection: sqlite3.Connection, write: Write) -> int:
        """The owner's position after the write. Raises `TooManyTasks`."""
        counted = {"owner_id": write.owner.key, "steps": len(write.steps), "gain": write.gain}
        row = connection.execute(self._counter.text, self._counter.bind(counted)).fetchone()
        position, present = row
        if write.gain > 0 and write.most is not None and present > write.most:
            raise TooManyTasks
        return int(position)

    def _store_row(self, connection: sqlite3.Connection, row: dict[str, Any]) -> None:
        store = self._insert if row["version"] == 1 else self._update
        if connection.execute(store.text, store.bind(row)).rowcount != 1:
            raise _LostRace
        connection.execute(self._append.text, row | {"previous": _position(row)})


def _encoded(owner: Owner, step: Step) -> dict[str, Any]:
    row = step_row_of(step) | {"owner_id": owner.key}
    for name in ("tags", "changed"):
        row[name] = json.dumps(row[name], ensure_ascii=False)
    return row


def _receipt_row(write: Write) -> dict[str, Any] | None:
    if write.receipt is None:
        return None
    return {"owner_id": write.owner.key, **receipt_row_of(write.receipt)}


def _position(row: dict[str, Any]) -> int | None:
    """The position of the task's entry before this one, where it may be one of the same write."""
    previous: int | None = row["previous"]
    return row["position"] + previous if previous is not None and previous < 0 else previous


class _LostRace(Exception):
    """The task is no longer in the version before the change, or a new one is there already."""
