"""Many rows at once into a database that nobody serves yet."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias
from uuid import UUID

import psycopg
from psycopg import sql

from adapters.sql.rows import Step, row_of, step_row_of
from adapters.sql.tables import journal, tasks
from domain.change import Change
from domain.owner import Owner
from domain.task import Task

_TASKS = tuple(column.name for column in tasks.c)
_JOURNAL = tuple(column.name for column in journal.c)
_OWNERS = ("owner_id", "position", "present")

Row: TypeAlias = Sequence[Any]
Journals: TypeAlias = Iterator[tuple[Owner, Iterable[Change]]]
"""Each owner with all that was ever done to their tasks, in its order."""

_Held: TypeAlias = dict[tuple[Owner, UUID], tuple[Task, int]]
"""Every owner's tasks as they became, each with the position of its last entry."""


class Store(Protocol):
    """Where rows can be put: all of them are there once it is closed, or none."""

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Append rows of these columns."""


class PostgresStore:
    """A PostgreSQL database, until the connection's transaction ends."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._cursor = connection.cursor()

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        with self._cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


class SqliteStore:
    """A SQLite file, until the connection's transaction ends."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        self._connection.executemany(statement, rows)


def put_journals(store: Store, journals: Journals) -> None:
    """Put new owners' journals, and the tasks that come of them, into migrated tables.

    The tasks are held in memory meanwhile.
    """
    held: _Held = {}
    positions: Counter[Owner] = Counter()
    store.put("journal", _JOURNAL, _entries(journals, held, positions))
    store.put("tasks", _TASKS, (_task_row(task, position) for task, position in held.values()))
    present = Counter(owner for owner, _ in held)
    rows = ((owner.key, position, present[owner]) for owner, position in positions.items())
    store.put("owners", _OWNERS, rows)


def settle(url: str) -> None:
    """Give PostgreSQL's planner statistics, and leave no work over for the first who measures."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _entries(journals: Journals, held: _Held, positions: Counter[Owner]) -> Iterator[Row]:
    for owner, changes in journals:
        for change in changes:
            positions[owner] += 1
            known = (owner, change.after.id)
            _, previous = held.get(known, (None, None))
            held[known] = change.after, positions[owner]
            row = _entry_row(Step(change, previous), positions[owner])
            yield [row[name] for name in _JOURNAL]


def _entry_row(step: Step, position: int) -> Mapping[str, Any]:
    row = step_row_of(step)
    return row | {
        "owner_id": step.change.after.owner.key,
        "task_id": row["id"],
        "position": position,
        "at": row["updated_at"],
        "changed": json.dumps(row["changed"]),
    }


def _task_row(task: Task, position: int) -> Row:
    row = row_of(task)
    whole = row | {
        "owner_id": task.owner.key,
        "position": position,
        "tags": json.dumps(row["tags"]),
    }
    return [whole[name] for name in _TASKS]
