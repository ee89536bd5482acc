"""Finds every row in which somebody stands, whatever the table."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from adapters.memory.database import MemoryDatabase
from domain.owner import Owner
from entrypoints.container import Container

Row = dict[str, Any]


async def everywhere(made: Container, url: str, owner: Owner, *texts: str) -> dict[str, list[Row]]:
    """The rows of each table that hold the owner's key or id or one of these texts, if any do."""
    if url.startswith("memory"):
        tables = _of_memory(made.storage(), owner)
    elif url.startswith("sqlite"):
        tables = dict(_of_sqlite(Path(url.removeprefix("sqlite:///"))))
    else:
        tables = dict(_of_postgres(url))
    wanted = (owner.key, owner.subject, *texts)
    found = {
        name: [row for row in rows if any(text in str(row) for text in wanted)]
        for name, rows in tables.items()
    }
    return {name: rows for name, rows in sorted(found.items()) if rows}


def _of_sqlite(path: Path) -> Iterator[tuple[str, list[Row]]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            rows = connection.execute(f"SELECT * FROM {name}").fetchall()
            yield name, [dict(row) for row in rows]


def _of_postgres(url: str) -> Iterator[tuple[str, list[Row]]]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        for found in names:
            name = found["table_name"]
            yield name, connection.execute(f'SELECT * FROM "{name}"').fetchall()


def _of_memory(database: MemoryDatabase, owner: Owner) -> dict[str, list[Row]]:
    """As rows of the same names and, for what was erased, the same columns."""
    shelf = database.shelf(owner)
    account, erased_at = database.accounts.get(owner), database.erased.get(owner)
    gone = {"owner_id": owner.key, "created_at": "", "erased_at": erased_at, "version": 1}
    return {
        "accounts": [{"of": f"{account} {owner}"}] * (account is not None)
        + [gone] * (erased_at is not None),
        "sessions": [{"of": str(key)} for key in database.sessions],
        "tasks": [{"of": str(task)} for task in shelf.tasks.values()],
        "journal": [{"of": str(entry)} for entry in shelf.journal.values()],
        "receipts": [{"of": f"{receipt} {owner}"} for receipt in shelf.receipts.values()],
        "tallies": [{"of": str(tally)} for tally in database.tallies.values()],
    }
