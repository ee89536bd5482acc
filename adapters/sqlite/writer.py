"""All writes of a process queue here for one thread, which commits in one what it finds waiting.

The disk takes as long for one commit as for many writes in it. Nobody is answered before the commit
of their write has returned.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar

from adapters.sqlite.connection import FileConnection
from adapters.sqlite.errors import meaning
from application.errors import Unavailable

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]

_MOST = 64  # writes in one commit
_LONGEST = 0.02  # seconds after which a commit takes in no further write; others wait for the lock


@dataclass(eq=False, slots=True)
class _Asked:
    """A write that somebody waits for, and what it returned or raised once it has been tried."""

    job: Job[Any]
    answer: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = field(default=None, repr=False)

    def settle(self) -> None:
        """Tell whoever still waits."""
        if self.answer.done():
            return
        if self.error is None:
            self.answer.set_result(self.result)
        elif isinstance(self.error, StopIteration):  # which no future takes
            self.answer.set_exception(RuntimeError("a job ended with StopIteration"))
        else:
            self.answer.set_exception(meaning(self.error))


class Writer:
    """Has a connection of its own, and while it is open a thread.

    `waiting` is the number of writes that nobody has been answered yet.
    """

    def __init__(self, file: FileConnection) -> None:
        self.waiting = 0
        self._file = file
        self._thread: ThreadPoolExecutor | None = None
        self._queue: deque[_Asked] = deque()
        self._busy = False

    def open(self) -> None:
        """Start the thread."""
        self._busy = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")

    def close(self) -> None:
        """Finish what was asked, and give everything back. Waits for the disk."""
        if self._thread is not None:
            while self._queue:
                self._hand_over(self._thread, asyncio.get_running_loop())
            self._thread.shutdown(wait=True)
        self._thread = None
        self._file.close()

    async def write(self, job: Job[T]) -> T:
        """What `job` returns, once it is committed. What it raises undoes it, and it alone.

        Raises `Unavailable`; then nothing is written, nor of what was to be committed with it.
        """
        if self._thread is None:
            raise Unavailable("the database is not open")
        loop = asyncio.get_running_loop()
        asked = _Asked(job, loop.create_future())
        self._queue.append(asked)
        if not self._busy:
            self._busy = True
            # Not at once: who asks in this turn of the loop comes too.
            loop.call_soon(self._go_on, loop)
        self.waiting += 1
        try:
            result: T = await asked.answer
            return result
        finally:
            self.waiting -= 1

    def _go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        self._busy = bool(self._queue)
        if self._thread is not None and self._busy:
            self._hand_over(self._thread, loop)

    def _hand_over(self, thread: ThreadPoolExecutor, loop: asyncio.AbstractEventLoop) -> None:
        """Wake the thread, for as many as one commit takes."""
        group = [self._queue.popleft() for _ in range(min(_MOST, len(self._queue)))]
        thread.submit(self._run, [each for each in group if not each.answer.done()], loop)

    def _run(self, group: Sequence[_Asked], loop: asyncio.AbstractEventLoop) -> None:
        """In the thread; wakes the loop once, for all of them."""
        left = group
        while left:
            left = left[self._try(left) :]
        with suppress(RuntimeError):  # the loop is closed, and nobody waits
            loop.call_soon_threadsafe(self._settle, group, loop)

    def _try(self, group: Sequence[_Asked]) -> int:
        """Commit the first of them, or let all have the same error; returns how many those are."""
        try:
            return _commit(self._file.get(), group)
        except BaseException as error:  # noqa: BLE001 - theirs who wait for it
            for each in group:
                each.error = error
            return len(group)

    def _settle(self, group: Sequence[_Asked], loop: asyncio.AbstractEventLoop) -> None:
        for each in group:
            each.settle()
        self._go_on(loop)


def _commit(connection: sqlite3.Connection, group: Sequence[_Asked]) -> int:
    """Do as many as there is time for in one transaction, and return how many that were."""
    # IMMEDIATE: a transaction that read first and then wants to write fails at once when another
    # wrote in between, however long it would be ready to wait.
    connection.execute("BEGIN IMMEDIATE")
    until = monotonic() + _LONGEST
    done = 0
    try:
        if len(group) == 1:
            group[0].result = group[0].job(connection)  # what undoes the transaction undoes it
            done = 1
        while done < len(group) and (done == 0 or monotonic() < until):
            _do_apart(connection, group[done])
            done += 1
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return done


def _do_apart(connection: sqlite3.Connection, asked: _Asked) -> None:
    """Do it so that what it raises undoes it alone.

    Raises where SQLite gave up the whole transaction, as it may when the disk is full.
    """
    connection.execute("SAVEPOINT job")
    try:
        asked.result = asked.job(connection)
    except Exception as error:
        if not connection.in_transaction:
            raise
        asked.error = error
        connection.execute("ROLLBACK TO job")
    connection.execute("RELEASE job")
