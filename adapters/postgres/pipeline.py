"""One connection on which many statements are under way at once: libpq's pipeline mode.

Each statement is followed by a synchronization point of its own, so each is a transaction of its
own, and what fails fails alone.
"""

import asyncio
import select
from collections import deque
from typing import Any, TypeAlias

import psycopg
from psycopg.pq import Format

from adapters.postgres.asked import Asked
from adapters.postgres.prepared import Known, Prepared, RowReader
from application.errors import Unavailable

Connection: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]

_MOST_PREPARED = 200  # statements of one connection, of which the server remembers each
_LOOK = 1.0  # seconds between two looks at how long the oldest has waited


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
        self._asked: deque[Asked] = deque()
        self._known: dict[Prepared, Known] = {}
        self._forgotten = 0
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

    def send(self, statement: Prepared, values: list[bytes | None]) -> Asked:
        """Send a statement; its future has the result, or raises `psycopg.Error`.

        It is the caller's word that the pipeline is `usable`.
        """
        try:
            known = self._known.get(statement) or self._prepare(statement)
            self._pgconn.send_query_prepared(known.name, values, result_format=Format.BINARY)
            self._pgconn.pipeline_sync()
        except Exception as error:
            self._break()  # half of it may be on its way, and answers be taken for another's
            raise ConnectionLost("PostgreSQL: connection lost") from error
        asked = Asked(known, self._loop.time(), self._loop.create_future())
        self._asked.append(asked)
        self._idle.clear()
        if self._watch is None:
            self._watch = self._loop.call_later(_LOOK, self._look)
        self._flush()
        return asked

    def forget(self, known: Known) -> None:
        """Prepare a statement anew: the server knows it no longer, or other tables."""
        if self._known.get(known.statement) is known:
            del self._known[known.statement]
            self._forgotten += 1

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

    def _prepare(self, statement: Prepared) -> Known:
        if len(self._known) >= _MOST_PREPARED:
            oldest = self._known.pop(next(iter(self._known)))
            self._pgconn.send_query_params(b"DEALLOCATE %s" % oldest.name, None)
        name = b"%s_%d" % (statement.name, self._forgotten)
        known = Known(statement, name, RowReader(self._connection))
        self._pgconn.send_prepare(name, statement.query)
        self._known[statement] = known
        return known

    def _flush(self) -> None:
        """Hand over what is to be sent, as far as the socket takes it."""
        try:
            left = bool(self._pgconn.flush())
        except psycopg.Error:
            self._break()
            return
        if left is not self._writing:
            self._writing = left
            if left:
                self._loop.add_writer(self._socket, self._flush)
            else:
                self._loop.remove_writer(self._socket)
        if left:
            self._read()  # libpq has taken in what was there, of which the socket tells no more

    def _read(self) -> None:
        """Take in what the server says."""
        try:
            self._pgconn.consume_input()
            self._hear_all()
        except Exception:  # noqa: BLE001 - after any other, answers could be taken for another's
            self._break()
            return
        if not self._asked:
            self._rest()

    def _hear_all(self) -> None:
        """Take in every result that is there, of each statement a few, with none after each."""
        pgconn = self._pgconn
        last: object = pgconn
        while self._asked and not pgconn.is_busy():
            result = pgconn.get_result()
            if result is not None:
                if self._asked[0].hear(result):
                    self._asked.popleft()
            elif last is None:
                raise psycopg.OperationalError("the connection ended")
            last = result

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
            self._break(Unavailable, "no answer")
        else:
            self._watch = self._loop.call_later(_LOOK, self._look)

    def _break(
        self, why: type[Unavailable] = ConnectionLost, said: str | None = "connection lost"
    ) -> None:
        self._end()
        if self._asked and (error := self._asked[0].error):
            said = error.sqlstate  # with which the server hung up
        while self._asked:
            self._asked.popleft().give_up(why(f"PostgreSQL: {said}"))
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
