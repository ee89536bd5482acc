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
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import ProgrammingError

from adapters.sql.revisions import serves
from migrations import HEAD

_LOCK = 0x7461736B  # an advisory lock's number: any, as long as it stays the same
_PATIENCE = 5  # seconds to wait for another process that migrates, or uses what is migrated
_NO_RIGHTS = "42501"


class SchemaAhead(Exception):
    """The database is at a revision that this version of the code does not know."""


class MayNotMigrate(Exception):
    """The role may not change the schema, which is at `before`."""

    def __init__(self, before: str | None) -> None:
        self.before = before
        super().__init__(before)


def upgrade(database: Path | str, revision: str = "head", patience: int = _PATIENCE) -> str | None:
    """Bring the SQLite file or PostgreSQL URL up to `revision`; returns where it was before.

    One that went further, by steps that this code need not know, is left as it is.
    A schema that is up to date takes a role that may read its revision, and no more. Raises
    `SchemaAhead`, `MayNotMigrate`, and what the driver raises where the database cannot be reached
    or a lock cannot be had within `patience` seconds.
    """
    with _locked(database, patience) as connection:
        before = _revision(connection)
        if revision == "head" and before is not None and serves(before, HEAD):
            return before
        try:
            command.upgrade(config(connection=connection), revision)
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) == _NO_RIGHTS:
                raise MayNotMigrate(before) from None
            raise
        return before


def downgrade(database: Path | str, revision: str) -> None:
    """Take the schema back to `revision` (`base`: to nothing). Loses what later ones added."""
    with _locked(database) as connection:
        _revision(connection)
        command.downgrade(config(connection=connection), revision)


def engine(database: Path | str, patience: int = _PATIENCE) -> Engine:
    """An engine that keeps no connection and never puts values into its errors' texts."""
    if isinstance(database, Path):
        created = create_engine(
            "sqlite://", creator=lambda: _open_sqlite(database, patience), hide_parameters=True
        )
        event.listen(created, "begin", _begin_immediate)
        return created
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(database, connect_timeout=10, prepare_threshold=None),
        hide_parameters=True,
    )


@contextmanager
def _locked(database: Path | str, patience: int = _PATIENCE) -> Iterator[Connection]:
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


def _revision(connection: Connection) -> str | None:
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts(config())}
    if current is None or current in known or serves(current, HEAD):
        return current
    raise SchemaAhead(current)


def scripts(config: Config) -> list[Script]:
    """Every revision there is, oldest first."""
    return [*ScriptDirectory.from_config(config).walk_revisions()][::-1]


def config(**attributes: object) -> Config:
    """What Alembic is to be told, with attributes for `env.py`."""
    made = Config(attributes=attributes)
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return made


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
