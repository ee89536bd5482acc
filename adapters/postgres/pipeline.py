"""One connection on which many statements are under way at once: libpq's pipeline mode.

Each statement is followed by a synchronization point of its own, so each is a transaction of its
own, and what fails fails alone.
"""

import asyncio
import select
from collections import deque
from dataclasses import dataclass
from typing import Any, TypeAlias

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult

from adapters.postgres.prepared import Prepared, RowReader
from application.errors import Unavailable

Connection: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]

_MOST_PREPARED = 200  # statements of one connection, of which the server remembers each
_LOOK = 1.0  # seconds between two looks at how long the oldest has waited

# As plain numbers: libpq gives such, and an enumeration's members are slow to compare with them.
_SYNCHRONIZED = int(ExecStatus.PIPELINE_SYNC)
_FAILED = int(ExecStatus.FATAL_ERROR)
_SKIPPED = int(ExecStatus.PIPELINE_ABORTED)


@dataclass(slots=True)
class _Asked:
    """A statement under way: since when, and what was heard of it so far."""

    future: "asyncio.Future[PGresult]"
    since: float
    result: PGresult | None = None
    error: psycopg.Error | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """A statement that was prepared under a name, and how its rows are read."""

    name: bytes
    reader: RowReader


class ConnectionLost(Unavailable):
    """The connection broke while a statement was under way."""


class Pipeline:
    """Sends statements over `connection`, whose answers come in the same order.

    It ends itself when the connection breaks, and what waits for it with `ConnectionLost`; or when
    the server has not answered for `deadline` seconds, with `Unavailable`.
    """

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()
        self._asked: deque[_Asked] = deque()
        self._known: dict[Prepared, _Known] = {}
        self._names = 0
        self._writing = False
        self._watch: asyncio.TimerHandle | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._socket = self._pgconn.socket
        self._news = select.poll()
        self._news.register(self._socket, select.POLLIN)
        self._pgconn.enter_pipeline_mode()
        self._loop.add_reader(self._socket, self._read)
        self.retired = self._ended = False

    @property
    def under_way(self) -> int:
        """How many statements wait for their answer."""
        return len(self._asked)

    def usable(self) -> bool:
        """Whether more may be sent, after all that the server has said so far was heard.

        Else a statement could follow others over a connection that has been ended.
        """
        while not self.retired and self._news.poll(0):
            self._read()
        return not self.retired

    def reader(self, statement: Prepared) -> RowReader:
        """What reads the rows of a statement that was sent."""
        return self._known[statement].reader

    def send(self, statement: Prepared, values: list[bytes | None]) -> "asyncio.Future[PGresult]":
        """Send a statement; the future has its result, or raises `psycopg.Error`.

        It is the caller's word that the pipeline is `usable`.
        """
        asked = _Asked(self._loop.create_future(), self._loop.time())
        try:
            known = self._known.get(statement) or self._prepare(statement)
            self._pgconn.send_query_prepared(known.name, values, result_format=Format.BINARY)
            self._pgconn.pipeline_sync()
        except psycopg.Error:
            self._break()
            raise
        self._asked.append(asked)
        self._idle.clear()
        if self._watch is None:
            self._watch = self._loop.call_later(_LOOK, self._look)
        self._flush()
        return asked.future

    def forget(self) -> None:
        """Prepare every statement anew: the server knows them no longer, or other tables."""
        self._known.clear()

    async def close(self) -> None:
        """Take nothing more, and end once everything has been answered."""
        self.retired = True
        await self._idle.wait()
        self._end()

    def retire(self) -> None:
        """The same, without waiting for it."""
        self.retired = True
        if not self._asked:
            self._end()

    def _prepare(self, statement: Prepared) -> _Known:
        if len(self._known) >= _MOST_PREPARED:
            self.retired = True  # after this one
        self._names += 1
        known = _Known(b"taskhaven%d" % self._names, RowReader(self._connection))
        self._pgconn.send_prepare(known.name, statement.query)
        self._known[statement] = known
        return known

    def _flush(self) -> None:
        """Hand over what is to be sent, as far as the socket takes it."""
        try:
            left = self._pgconn.flush()
        except psycopg.Error:
            self._break()
            return
        if bool(left) is not self._writing:
            self._writing = bool(left)
            if left:
                self._loop.add_writer(self._socket, self._flush)
            else:
                self._loop.remove_writer(self._socket)

    def _read(self) -> None:
        """Take in what the server says."""
        try:
            self._pgconn.consume_input()
            self._hear_all()
        except psycopg.Error:
            self._break()
            return
        if not self._asked:
            self._rest()

    def _hear_all(self) -> None:
        """Take in every result that is there, of each statement one or two, with none after it."""
        pgconn = self._pgconn
        last: object = pgconn
        while self._asked and not pgconn.is_busy():
            result = pgconn.get_result()
            if result is not None:
                self._hear(result)
            elif last is None:
                raise psycopg.OperationalError("the connection ended")
            last = result

    def _hear(self, result: PGresult) -> None:
        asked = self._asked[0]
        status = result.status
        if status == _SYNCHRONIZED:
            self._asked.popleft()
            _settle(asked)
        elif status == _FAILED:
            asked.error = asked.error or error_from_result(result)
        elif status != _SKIPPED:
            asked.result = result

    def _rest(self) -> None:
        self._idle.set()
        if self.retired:
            self._end()

    def _look(self) -> None:
        """End it all if the oldest has waited for too long."""
        self._watch = None
        if not self._asked:
            return
        if self._loop.time() - self._asked[0].since > self._deadline:
            self._break(Unavailable("PostgreSQL: no answer"))
        else:
            self._watch = self._loop.call_later(_LOOK, self._look)

    def _break(self, why: Unavailable | None = None) -> None:
        self._end()
        while self._asked:
            asked = self._asked.popleft()
            if asked.error is not None:  # the server said why
                _settle(asked)
            elif not asked.future.done():
                asked.future.set_exception(why or ConnectionLost("PostgreSQL: connection lost"))
        self._idle.set()

    def _end(self) -> None:
        """Hang up. The loop watches the socket no longer, which libpq may have closed itself."""
        self.retired = True
        if self._ended:
            return
        self._ended = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        if self._watch is not None:
            self._watch.cancel()
        self._pgconn.finish()


def _settle(asked: _Asked) -> None:
    if asked.future.done():  # whoever asked waits no longer
        return
    if asked.error is not None:
        asked.future.set_exception(asked.error)
    elif asked.result is not None:
        asked.future.set_result(asked.result)
    else:
        asked.future.set_exception(Unavailable("PostgreSQL: no result"))
