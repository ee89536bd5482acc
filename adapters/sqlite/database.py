"""The SQLite file: one connection that reads, one thread that writes, one that scans.

In WAL mode a reader never waits for a writer, so reads run where they are asked, on the event
loop: a keyset read takes microseconds, the way to a thread and back far longer. What may read many
rows has a thread. Writers do wait for each other, also those of other processes, and for the disk:
all writes of a process queue for one thread.
"""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from sqlalchemy import Dialect
from sqlalchemy.dialects import sqlite

from adapters.sql.database import Database, Params, Rows, Statement, check_revision
from adapters.sqlite.connection import FileConnection
from application.errors import Unavailable

T = TypeVar("T")

_WRITER_PATIENCE = 5.0  # seconds to wait for a writer of another process
_READER_PATIENCE = 0.1  # seconds; readers wait only where another process repairs the log
_LONGEST_SCAN = 5.0  # seconds, as long as a statement may take on PostgreSQL
_SCAN_STEPS = 10_000  # of SQLite's machine between two looks at the clock
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


class SqliteDatabase(Database):
    """Opens `path`, whose schema has to be at `revision`.

    `synchronous=FULL`: an acknowledged write survives a loss of power, not only a kill.
    """

    dialect: Final[Dialect] = sqlite.dialect(paramstyle="named")

    def __init__(self, path: Path, revision: str) -> None:
        self._revision = revision
        self._reader = FileConnection(path, _READER_PATIENCE, read_only=True)
        self._writer = FileConnection(path, _WRITER_PATIENCE)
        self._scanner = FileConnection(path, _WRITER_PATIENCE, read_only=True)
        self._threads: dict[FileConnection, ThreadPoolExecutor] = {}
        self.writes_waiting = 0

    async def open(self) -> None:
        self._threads = {
            self._writer: ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer"),
            self._scanner: ThreadPoolExecutor(1, thread_name_prefix="sqlite-scanner"),
        }

    async def close(self) -> None:
        for thread in self._threads.values():
            thread.shutdown(wait=True)
        self._threads = {}
        for connection in (self._reader, self._writer, self._scanner):
            connection.close()

    async def check(self) -> None:
        await check_revision(self, self._revision)

    async def fetch(self, statement: Statement, params: Params, *, scan: bool = False) -> Rows:
        def read(connection: sqlite3.Connection) -> Rows:
            return connection.execute(statement.text, statement.bind(params)).fetchall()

        def read_for_a_while(connection: sqlite3.Connection) -> Rows:
            deadline = monotonic() + _LONGEST_SCAN
            connection.set_progress_handler(lambda: monotonic() > deadline, _SCAN_STEPS)
            return read(connection)

        if scan:
            return await self._in_thread(self._scanner, read_for_a_while)
        if not self._threads:
            raise Unavailable("the database is not open")
        with _translated():
            return read(self._reader.get())

    async def execute(self, statement: Statement, params: Params) -> int:
        return await self.write(lambda connection: _run(connection, statement, params))

    async def execute_all(
        self, first: tuple[Statement, Params], *others: tuple[Statement, Params]
    ) -> int:
        def job(connection: sqlite3.Connection) -> int:
            touched = _run(connection, *first)
            for statement, params in others if touched else ():
                _run(connection, statement, params)
            return touched

        return await self.write(job)

    async def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run `job` in the writer's thread, in one transaction that ends with it.

        What the job raises passes through, and nothing is written.
        """

        def commit(connection: sqlite3.Connection) -> T:
            with _transaction(connection):
                return job(connection)

        self.writes_waiting += 1
        try:
            return await self._in_thread(self._writer, commit)
        finally:
            self.writes_waiting -= 1

    async def _in_thread(self, file: FileConnection, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run `job` in the thread that has the connection to itself."""

        def run() -> T:
            with _translated():
                return job(file.get())

        if not self._threads:
            raise Unavailable("the database is not open")
        return await asyncio.get_running_loop().run_in_executor(self._threads[file], run)


def _run(connection: sqlite3.Connection, statement: Statement, params: Params) -> int:
    return connection.execute(statement.text, statement.bind(params)).rowcount


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    # IMMEDIATE: a transaction that read first and then wants to write fails at once when another
    # wrote in between, however long it would be ready to wait.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _translated() -> Iterator[None]:
    """Locked, full, read-only, damaged, gone or of another schema: storage that is not available.

    Other errors are ours and pass.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if extended & 0xFF not in _AWAY and not _ANOTHER_SCHEMA.match(str(error)):
            raise
        raise Unavailable(f"SQLite: {error.sqlite_errorname}") from error
