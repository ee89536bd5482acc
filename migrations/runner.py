"""Brings a database's schema to a revision.

One transaction for all of it, under a lock, so that any number of processes may start at once: one
migrates, the others wait and find nothing left to do.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text

_LOCK = 0x7461736B  # an advisory lock's number: any, as long as it stays the same
_PATIENCE = 30  # seconds to wait for another process that migrates


class SchemaAhead(Exception):
    """The database is at a revision that this version of the code does not know."""


def upgrade(database: Path | str, revision: str = "head") -> str | None:
    """Bring the SQLite file or PostgreSQL URL up to `revision`; returns where it was before.

    Raises `SchemaAhead`, and what the driver raises where the database cannot be reached.
    """
    with _locked(database) as connection:
        before = _revision(connection)
        command.upgrade(_config(connection), revision)
        return before


def downgrade(database: Path | str, revision: str) -> None:
    """Take the schema back to `revision` (`base`: to nothing). Loses what later ones added."""
    with _locked(database) as connection:
        _revision(connection)
        command.downgrade(_config(connection), revision)


def engine(database: Path | str) -> Engine:
    """An engine that keeps no connection and never puts values into its errors' texts."""
    if isinstance(database, Path):
        created = create_engine(
            "sqlite://", creator=lambda: _open_sqlite(database), hide_parameters=True
        )
        event.listen(created, "begin", _begin_immediate)
        return created
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(database, connect_timeout=10, prepare_threshold=None),
        hide_parameters=True,
    )


@contextmanager
def _locked(database: Path | str) -> Iterator[Connection]:
    made = engine(database)
    try:
        with made.begin() as connection:
            if connection.dialect.name == "postgresql":
                # Held by the transaction, so it works through a pooler as well.
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
                # A table in use fails the migration, instead of lining up every request behind it.
                connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            yield connection
    finally:
        made.dispose()


def _revision(connection: Connection) -> str | None:
    current = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(_config(connection))
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise SchemaAhead(current)
    return current


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _open_sqlite(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")  # the file remembers: readers never wait
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
