"""The data set on its way into each system's database, before any of them is started."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql

from adapters.sql.rows import Step, step_row_of
from adapters.sql.tables import journal, tasks
from benchmarks.compare.data import DataSet
from benchmarks.compare.places import PEERS
from domain.change import Change
from domain.instant import format_instant
from domain.owner import Owner
from domain.task import Task

_TASKS = tuple(column.name for column in tasks.c)
_JOURNAL = tuple(column.name for column in journal.c)
_OWNERS = ("owner_id", "position", "present")
_PEERS = (
    *("id", "user_id", "title", "description", "priority"),
    *("due_date", "tags", "completed", "created_at", "updated_at"),
)

Row = Sequence[Any]


class _Store(Protocol):
    """Where rows can be put: all of them are there once it is closed, or none."""

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Append rows of these columns."""


class _Postgres:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._cursor = connection.cursor()

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        with self._cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        self._connection.executemany(statement, rows)


def fill_taskhaven(url: str, data: DataSet) -> None:
    """Tasks, each with the journal entry of its creation, into a migrated PostgreSQL database."""
    with psycopg.connect(url) as connection:
        _put_taskhaven(_Postgres(connection), data)
    _settle(url)


def fill_taskhaven_file(file: Path, data: DataSet) -> None:
    """The same into a migrated SQLite file."""
    with closing(sqlite3.connect(file)) as connection, connection:
        _put_taskhaven(_Sqlite(connection), data)


def fill_peer(url: str, data: DataSet) -> None:
    """The peers' table with the same tasks, in an empty PostgreSQL database."""
    with psycopg.connect(url) as connection:
        connection.execute((PEERS / "schema.sql").read_bytes())
        _put_peer(_Postgres(connection), data)
        connection.execute("SELECT setval('tasks_id_seq', (SELECT max(id) FROM tasks))")
    _settle(url)


def fill_peer_file(file: Path, data: DataSet) -> None:
    """The same in a new SQLite file."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript((PEERS / "litestar_app" / "schema.sql").read_text())
        _put_peer(_Sqlite(connection), data)


def _put_taskhaven(store: _Store, data: DataSet) -> None:
    for owner, numbered in _with_progress("Taskhaven", data):
        rows = [
            {"owner_id": owner.key, "position": place, "at": row["updated_at"], **row}
            for place, row in enumerate((_row(task) for _, task in numbered), 1)
        ]
        store.put("tasks", _TASKS, ([row[name] for name in _TASKS] for row in rows))
        store.put("journal", _JOURNAL, ([row[name] for name in _JOURNAL] for row in rows))
        store.put("owners", _OWNERS, [(owner.key, len(rows), len(rows))])


def _row(task: Task) -> Mapping[str, Any]:
    """All that its table and the journal keep of a new task."""
    row = step_row_of(Step(Change(None, task, task.owner)))
    encoded = {name: json.dumps(row[name]) for name in ("tags", "changed")}
    return {**row, **encoded, "task_id": row["id"]}


def _put_peer(store: _Store, data: DataSet) -> None:
    for owner, numbered in _with_progress("peer", data):
        store.put("tasks", _PEERS, (_peer_row(owner, *pair) for pair in numbered))


def _peer_row(owner: Owner, serial: int, task: Task) -> Row:
    day = task.due_date.day if task.due_date else None
    return (
        *(serial + 1, owner.subject, task.title, task.description, str(task.priority)),
        *(day and str(day), json.dumps(task.tags), int(task.completed)),
        *(format_instant(task.created_at), format_instant(task.updated_at)),
    )


def _with_progress(whose: str, data: DataSet) -> Iterator[tuple[Owner, Iterator[tuple[int, Task]]]]:
    """The owners with their tasks, telling how many of the tasks are behind."""
    done = 0
    sizes = [size for _, size in data.sizes()]
    for place, (owned, size) in enumerate(zip(data.of_owners(), sizes, strict=True)):
        yield owned
        done += size
        if place % 50 == 0 or done == len(data):
            print(f"\r{whose}: {done:,} of {len(data):,} tasks", end="", flush=True)
    print()


def _settle(url: str) -> None:
    """Statistics for the planner, and no work left over for the first who measures."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
