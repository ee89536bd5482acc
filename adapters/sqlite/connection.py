"""A connection to the file that has the name now, not to the one that had it once."""

import os
import sqlite3
from pathlib import Path

from application.errors import Unavailable


class FileConnection:
    """Connects to `path` when it is needed, and anew when another file has taken its place.

    SQLite itself would not notice: it would go on to acknowledge writes to a file without a name.
    """

    def __init__(self, path: Path, patience: float, *, read_only: bool = False) -> None:
        self._path = path
        self._patience = patience
        self._read_only = read_only
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def get(self) -> sqlite3.Connection:
        """The connection. Raises `Unavailable` if the file is gone, and what SQLite raises."""
        file = _identity(self._path)
        if file != self._file:
            self.close()
        if self._connection is None:
            self._connection = self._connect()
            self._file = file
        return self._connection

    def close(self) -> None:
        """Give the connection back, if there is one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._file = None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=rw",  # a file that is gone is not made again
            uri=True,
            timeout=self._patience,
            isolation_level=None,  # transactions are ours to begin
            check_same_thread=False,  # the writer is closed by the thread that closes the database
        )
        try:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            if self._read_only:
                connection.execute("PRAGMA query_only=ON")
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _identity(path: Path) -> tuple[int, int]:
    try:
        file = os.stat(path)  # noqa: PTH116 - a fraction of the time that Path takes
    except OSError as error:
        raise Unavailable("SQLite: the file is gone") from error
    return file.st_dev, file.st_ino
