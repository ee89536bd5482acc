"""Puts one SQLite file in the place of another, which is kept."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from application.backups import BackupError

_BESIDE = ("-wal", "-shm", "-journal")


@contextmanager
def sole_use(path: Path) -> Iterator[sqlite3.Connection | None]:
    """The database at `path` while nobody else has it open; none if it is missing or damaged.

    All of it is in one file then. Raises `BackupError` if somebody has it open.
    """
    if not path.exists():
        yield None
        return
    with closing(_connect(path)) as connection:
        yield connection if _taken(connection) else None


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None
    )


def _taken(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("PRAGMA journal_mode=DELETE")  # refused while others have it open
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise BackupError("another process has the database open: stop it first") from None
        raise
    except sqlite3.DatabaseError:
        return False
    return True


def put_aside(path: Path, part: Path, at: datetime) -> Path | None:
    """Give what is at `path`, if anything is, another name too, and `part` its owner and mode.

    What lies beside it is moved: SQLite would take it for the new file's.
    """
    aside = path.with_name(f"{path.name}.before-restore-{at:%Y%m%dT%H%M%S.%fZ}")
    for suffix in _BESIDE:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.replace(aside.with_name(aside.name + suffix))
    if not path.exists() or path.stat().st_size == 0:
        return None
    was = path.stat()
    shutil.copymode(path, part)
    os.chown(part, was.st_uid, was.st_gid)
    aside.hardlink_to(path)  # until the new file has the name, the old one has it
    return aside
