"""The SQLite file: one connection that reads, one thread that writes, one that scans.

In WAL mode a reader never waits for a writer, so reads run where they are asked, on the event
loop: a keyset read takes microseconds, the way to a thread and back far longer. What may read many
rows has a thread. Writers do wait for each other, also those of other processes, and for the disk:
all writes of a process queue for one thread.
"""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from sqlalchemy import Dialect
from sqlalchemy.dialects import sqlite

from adapters.sql.database import Database, Params, Rows, Statement, check_revision
from adapters.sqlite.connection import FileConnection
from adapters.sqlite.errors import meaning
from adapters.sqlite.writer import Job, Writer
from application.errors import Unavailable

T = TypeVar("T")

_WRITER_PATIENCE = 5.0  # seconds to wait for a writer of another process
_READER_PATIENCE = 0.1  # seconds; readers wait only where another process repairs the log
_LONGEST_SCAN = 5.0  # seconds, as long as a statement may take on PostgreSQL
_SCAN_STEPS = 10_000  # of SQLite's machine between two looks at the clock


class SqliteDatabase(Database):
    """Opens `path`, whose schema has to be at `revision`.

    `synchronous=FULL`: an acknowledged write survives a loss of power, not only a kill.
    """

    dialect: Final[Dialect] = sqlite.dialect(paramstyle="named")

    def __init__(self, path: Path, revision: str) -> None:
        self._revision = revision
        self._reader = FileConnection(path, _READER_PATIENCE, read_only=True)
        self._scanner = FileConnection(path, _WRITER_PATIENCE, read_only=True)
        self._scans: ThreadPoolExecutor | None = None
        self._writer = Writer(FileConnection(path, _WRITER_PATIENCE))

    @property
    def writes_waiting(self) -> int:
        """How many writes have not been answered yet."""
        return self._writer.waiting

    async def open(self) -> None:
        self._scans = ThreadPoolExecutor(1, thread_name_prefix="sqlite-scanner")
        self._writer.open()

    async def close(self) -> None:
        if self._scans is not None:
            self._scans.shutdown(wait=True)
        self._scans = None
        self._writer.close()
        for connection in (self._reader, self._scanner):
            connection.close()

    async def check(self) -> None:
        await check_revision(self, self._revision)

    async def fetch(self, statement: Statement, params: Params, *, scan: bool = False) -> Rows:
        if self._scans is None:
            raise Unavailable("the database is not open")
        if not scan:
            return _read(self._reader, statement, params)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._scans, _read, self._scanner, statement, params, _LONGEST_SCAN
        )

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

    async def write(self, job: Job[T]) -> T:
        """Run `job` in the writer's thread, undone as a whole by what it raises, which passes."""
        return await self._writer.write(job)


def _read(
    file: FileConnection, statement: Statement, params: Params, seconds: float | None = None
) -> Rows:
    """The rows. Raises `Unavailable` also if they take longer than so many seconds."""
    try:
        connection = file.get()
        if seconds is not None:
            _interrupt(connection, after=seconds)
        return connection.execute(statement.text, statement.bind(params)).fetchall()
    except sqlite3.DatabaseError as error:
        raise meaning(error)  # noqa: B904 - which names its cause


def _interrupt(connection: sqlite3.Connection, *, after: float) -> None:
    deadline = monotonic() + after
    connection.set_progress_handler(lambda: monotonic() > deadline, _SCAN_STEPS)


def _run(connection: sqlite3.Connection, statement: Statement, params: Params) -> int:
    return connection.execute(statement.text, statement.bind(params)).rowcount
