"""The data set on its way into each system's database, before any of them is started."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg

from benchmarks.bulk import Journals, PostgresStore, Row, SqliteStore, Store, put_journals, settle
from benchmarks.compare.data import DataSet
from benchmarks.compare.places import PEERS
from domain.change import Change
from domain.instant import format_instant
from domain.owner import Owner
from domain.task import Task

_PEERS = (
    *("id", "user_id", "title", "description", "priority"),
    *("due_date", "tags", "completed", "created_at", "updated_at"),
)


def fill_taskhaven(url: str, data: DataSet) -> None:
    """Tasks, each with the journal entry of its creation, into a migrated PostgreSQL database."""
    with psycopg.connect(url) as connection:
        _put_taskhaven(PostgresStore(connection), data)
    settle(url)


def fill_taskhaven_file(file: Path, data: DataSet) -> None:
    """The same into a migrated SQLite file."""
    with closing(sqlite3.connect(file)) as connection, connection:
        _put_taskhaven(SqliteStore(connection), data)


def fill_peer(url: str, data: DataSet) -> None:
    """The peers' table with the same tasks, in an empty PostgreSQL database."""
    with psycopg.connect(url) as connection:
        connection.execute((PEERS / "schema.sql").read_bytes())
        _put_peer(PostgresStore(connection), data)
        connection.execute("SELECT setval('tasks_id_seq', (SELECT max(id) FROM tasks))")
    settle(url)


def fill_peer_file(file: Path, data: DataSet) -> None:
    """The same in a new SQLite file."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript((PEERS / "litestar_app" / "schema.sql").read_text())
        _put_peer(SqliteStore(connection), data)


def _put_taskhaven(store: Store, data: DataSet) -> None:
    put_journals(store, _created(data))


def _created(data: DataSet) -> Journals:
    for owner, numbered in _with_progress("Taskhaven", data):
        yield owner, (Change(None, task, owner) for _, task in numbered)


def _put_peer(store: Store, data: DataSet) -> None:
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
