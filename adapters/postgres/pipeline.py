"""One connection on which many statements are under way at once: libpq's pipeline mode.

What stands between two synchronization points is one transaction. A statement that writes has one
to itself. Those that only read, and are asked in the same turn of the loop, share one, and a system
call: when one of them fails, those after it were not run, and can be asked again.
"""

import asyncio
import select
from collections import deque

import psycopg
from psycopg.pq import Format

from adapters.postgres.asked import SYNCHRONIZED, Asked
from adapters.postgres.connections import Connection
from adapters.postgres.known import KnownStatements
from adapters.postgres.prepared import Prepared
from application.errors import Unavailable

_SLOW = 0.05  # seconds; what is short takes a few milliseconds
_LOOK = 1.0  # seconds between two looks at how long the oldest has waited


class ConnectionLost(Unavailable):
    """The connection broke while a statement was under way."""


class Pipeline:
    """Sends statements over `connection`, whose answers come in the same order.

    `statements` are those it has prepared, `under_way` is how many wait for their answer.

    It ends itself when the connection breaks, and what waits for it with `ConnectionLost`; or when
    the server has not answered for `deadline` seconds, with `Unavailable`.
    """

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()
        self._asked: deque[Asked] = deque()
        self._heard: list[Asked] = []  # answered, but their transaction has not ended
        self._open = False  # whether a transaction of reads waits for its end
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
        self.statements = KnownStatements(connection)
        self.under_way = 0

    @property
    def slow(self) -> bool:
        """Whether the next answer is taking unusually long."""
        return self.under_way > 0 and self._loop.time() - self._oldest.since > _SLOW

    def usable(self) -> bool:
        """Whether more may be sent, after all that the server has said so far was heard.

        Else a statement could follow others over a connection that has been ended.
        """
        while not self.retired and self._news.poll(0):
            self._read()
        return not self.retired

    def send(self, statement: Prepared, values: list[bytes | None], *, alone: bool) -> Asked:
        """Send a statement, `alone` in its transaction or with others that only read.

        Its future has the result, or raises `psycopg.Error`, or `NotRun` where it was not alone. It
        is the caller's word that the pipeline is `usable`.
        """
        try:
            if alone and self._open:
                self._end_reads()
            known, parts = self.statements.get(statement)
            self._pgconn.send_query_prepared(known.name, values, result_format=Format.BINARY)
            if alone:
                self._pgconn.pipeline_sync()
        except Exception as error:
            self._break()  # half of it may be on its way, and answers be taken for another's
            raise ConnectionLost("PostgreSQL: connection lost") from error
        asked = Asked(known, self._loop.time(), self._loop.create_future(), parts + 1)
        self._asked.append(asked)
        self.under_way += 1
        self._idle.clear()
        if self._watch is None:
            self._watch = self._loop.call_later(_LOOK, self._look)
        if alone:
            self._flush()
        elif not self._open:
            self._open = True
            self._loop.call_soon(self._end_reads)
        return asked

    async def close(self) -> None:
        """Take nothing more, and end once everything has been answered."""
        self.retired = True
        await self._idle.wait()
        self._end()

    def retire(self) -> None:
        """The same, without waiting for it."""
        self.retired = True
        if not self.under_way:
            self._end()

    def _end_reads(self) -> None:
        """End the transaction of reads, and send it."""
        if self._ended or not self._open:
            return
        self._open = False
        try:
            self._pgconn.pipeline_sync()
        except psycopg.Error:
            self._break()
            return
        self._flush()

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
        if not self.under_way:
            self._rest()

    def _hear_all(self) -> None:
        """Take in every result that is there: of each part one, and none after it."""
        pgconn = self._pgconn
        last: object = pgconn
        while self.under_way and not pgconn.is_busy():
            result = pgconn.get_result()
            if result is None:
                if last is None:
                    raise psycopg.OperationalError("the connection ended")
                self._end_part()
            elif result.status == SYNCHRONIZED:
                self._settle()
            else:
                self._asked[0].hear(result)
            last = result

    def _end_part(self) -> None:
        asked = self._asked[0]
        asked.parts -= 1
        if asked.parts == 0:
            self._heard.append(self._asked.popleft())

    def _settle(self) -> None:
        """A transaction has ended."""
        self.under_way -= len(self._heard)
        for asked in self._heard:
            asked.settle()
        self._heard.clear()

    def _rest(self) -> None:
        self._idle.set()
        if self.retired:
            self._end()

    @property
    def _oldest(self) -> Asked:
        return self._heard[0] if self._heard else self._asked[0]

    def _look(self) -> None:
        """End it all if the oldest has waited for too long."""
        self._watch = None
        if not self.under_way:
            return
        if self._loop.time() - self._oldest.since > self._deadline:
            self._break(Unavailable, "no answer")
        else:
            self._watch = self._loop.call_later(_LOOK, self._look)

    def _break(
        self, why: type[Unavailable] = ConnectionLost, said: str | None = "connection lost"
    ) -> None:
        self._end()
        waiting = [*self._heard, *self._asked]
        said = next((each.error.sqlstate for each in waiting if each.error), said)
        self._heard.clear()
        self._asked.clear()
        self.under_way = 0
        for asked in waiting:
            asked.give_up(why(f"PostgreSQL: {said}"))
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
