"""The way to a database whose schema is to be looked at, or changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

PATIENCE = 5  # seconds to wait for another process that migrates, or uses what is migrated
_LOCK = 0x7461736B  # an advisory lock's number: any, as long as it stays the same


def engine(database: Path | str, patience: int = PATIENCE) -> Engine:
    """An engine that keeps no connection and never puts values into its errors' texts."""
    if isinstance(database, Path):
        created = create_engine(
            "sqlite://", creator=lambda: _open_sqlite(database, patience), hide_parameters=True
        )
        event.listen(created, "begin", _begin_immediate)
        return created
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: _connect_to_postgres(database),
        hide_parameters=True,
    )


@contextmanager
def locked(database: Path | str, patience: int = PATIENCE) -> Iterator[Connection]:
    """A transaction that nobody else has meanwhile who would change the schema."""
    made = engine(database, patience)
    try:
        with made.begin() as connection:
            if connection.dialect.name == "postgresql":
                # What takes long may: the role's own limit is for the statements of requests.
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                # A table in use fails the migration, instead of lining up every request behind it.
                connection.execute(text(f"SET LOCAL lock_timeout = '{patience}s'"))
                # Held by the transaction, so it works through a pooler as well.
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
            yield connection
    finally:
        made.dispose()


def current(connection: Connection) -> str | None:
    """The revision that the schema is at; none if nobody migrated it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _open_sqlite(path: Path, patience: int) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")  # the file remembers: readers never wait
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _connect_to_postgres(url: str) -> Any:
    # Takes a while to import, which a start on SQLite need not wait for.
    import psycopg

    return psycopg.connect(url, connect_timeout=10, prepare_threshold=None)
