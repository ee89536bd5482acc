"""`Tasks` on SQLite."""

import json
import sqlite3
from collections.abc import Iterable

from sqlalchemy import BindParameter, Column, bindparam, insert, update
from sqlalchemy.dialects.sqlite import insert as upsert

from adapters.sql.database import Statement, compiled
from adapters.sql.rows import change_row_of
from adapters.sql.tables import journal, owners, tasks
from adapters.sql.tasks import SqlTasks
from adapters.sqlite.database import SqliteDatabase
from domain.change import Change

_dialect = SqliteDatabase.dialect


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
    """Applies a change as three statements in one transaction of the writer's thread."""

    def __init__(self, database: SqliteDatabase) -> None:
        super().__init__(database)
        self._writes = database
        self._next_position = _next_position()
        self._insert = compiled(insert(tasks).values(_by_name(tasks.c)), _dialect)
        self._update = _update_task()
        self._append = _append_entry()

    async def _apply(self, change: Change, *, previous: int | None) -> bool:
        row = change_row_of(change, previous) | {"owner_id": change.after.owner.key}
        row["tags"] = json.dumps(row["tags"], ensure_ascii=False)
        row["changed"] = json.dumps(row["changed"], ensure_ascii=False)
        store = self._insert if change.before is None else self._update

        def job(connection: sqlite3.Connection) -> None:
            (row["position"],) = connection.execute(
                self._next_position.text, self._next_position.bind({"owner_id": row["owner_id"]})
            ).fetchone()
            if connection.execute(store.text, store.bind(row)).rowcount != 1:
                raise _LostRace
            connection.execute(self._append.text, row)

        try:
            await self._writes.write(job)
        except _LostRace:
            return False
        return True


class _LostRace(Exception):
    """The task is no longer in the version before the change."""
