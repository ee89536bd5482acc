"""Looks where a database's schema is, and changes nothing: not even an SQLite file appears."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, create_engine, text

from adapters.sql.revisions import serves
from migrations import HEAD
from migrations.connecting import current, engine
from migrations.steps import config, scripts

_PATIENCE = "3s"  # for a statement that should take no time


@dataclass(frozen=True, slots=True)
class Step:
    """A revision that would run, and what it is for."""

    revision: str
    summary: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a schema is: at `current`, none if nobody migrated it, and before the steps `pending`.

    `ahead` is one that this version of the code does not know and cannot work with.
    """

    current: str | None
    pending: tuple[Step, ...] = ()
    ahead: bool = False

    @property
    def up_to_date(self) -> bool:
        """Whether this version of the code can work with the schema as it is."""
        return self.current is not None and serves(self.current, HEAD)


def look(database: Path | str) -> Standing:
    """Where the schema of an SQLite file, or of a PostgreSQL URL, is.

    Raises what the driver raises where the database cannot be reached or read.
    """
    if isinstance(database, Path) and not database.exists():
        return _standing(None)
    with _read_only(database) as connection:
        return _standing(current(connection))


def sql(standing: Standing, dialect: str) -> str:
    """The statements that the steps would run on `sqlite` or `postgresql`."""
    output = StringIO()
    settings = config(dialect=dialect)
    settings.output_buffer = output
    command.upgrade(settings, f"{standing.current or 'base'}:head", sql=True)
    return output.getvalue()


def _standing(current: str | None) -> Standing:
    known = scripts()
    names = [script.revision for script in known]
    if current is not None and current not in names:
        return Standing(current, ahead=not serves(current, HEAD))
    done = 0 if current is None else names.index(current) + 1
    return Standing(current, tuple(Step(s.revision, _first_line(s.doc)) for s in known[done:]))


def _first_line(doc: str) -> str:
    return doc.strip().partition("\n")[0]


@contextmanager
def _read_only(database: Path | str) -> Iterator[Connection]:
    if isinstance(database, Path):
        made = create_engine("sqlite://", creator=lambda: _open(database), hide_parameters=True)
    else:
        made = engine(database)
    try:
        with made.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION READ ONLY"))
                connection.execute(text(f"SET LOCAL statement_timeout = '{_PATIENCE}'"))
            yield connection
    finally:
        made.dispose()


def _open(path: Path) -> sqlite3.Connection:
    # A file that nobody has open has no log; without `immutable` SQLite would make one to read it.
    in_use = path.with_name(f"{path.name}-wal").exists()
    options = "mode=ro" if in_use else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True)
