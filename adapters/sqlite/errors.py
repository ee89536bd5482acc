"""What SQLite's errors mean to whoever asked."""

import re
import sqlite3

from application.errors import Unavailable

_AWAY = frozenset(
    {
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)
# What older and newer schemas make of our statements; SQLite tells by its text alone.
_ANOTHER_SCHEMA = re.compile(
    r"no such (table|column)|table \w+ has no column|NOT NULL constraint failed"
)


def meaning(error: BaseException) -> BaseException:
    """Locked, full, read-only, damaged, gone or of another schema: storage that is not available.

    Other errors are ours and stay as they are.
    """
    if not isinstance(error, sqlite3.DatabaseError):
        return error
    extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if extended & 0xFF not in _AWAY and not _ANOTHER_SCHEMA.match(str(error)):
        return error
    unavailable = Unavailable(f"SQLite: {error.sqlite_errorname}")
    unavailable.__cause__ = error
    return unavailable
