"""Makes a copy of a backup the database that the service goes on with."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from adapters.sql.database import compiled, insert_new
from adapters.sql.restored import end_sessions, kept_owner, move_journals
from adapters.sql.tables import owners
from adapters.sqlite.database import SqliteDatabase
from application.backups import Terms

_dialect = SqliteDatabase.dialect


def settle(part: Path, replaced: sqlite3.Connection | None, terms: Terms) -> int:
    """Do in the file `part` what the terms say; returns how many sessions ended."""
    end, move = compiled(end_sessions(), _dialect), compiled(move_journals(), _dialect)
    keep = insert_new(owners, _dialect)
    known = (keep.bind(kept_owner(key, terms.position)) for key in _owners_of(replaced))
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        ended = 0 if terms.keep_sessions else connection.execute(end.text).rowcount
        connection.execute(move.text, move.bind({"position": terms.position}))
        connection.executemany(keep.text, known)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")  # as the service has it
    return ended


def _owners_of(replaced: sqlite3.Connection | None) -> Iterator[str]:
    """The keys of the owners in a database, as far as it can be read."""
    if replaced is not None:
        with suppress(sqlite3.DatabaseError):
            yield from (key for (key,) in replaced.execute("SELECT owner_id FROM owners"))
