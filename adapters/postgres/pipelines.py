"""A few pipelines, over which all that is short goes: a round trip takes no connection away.

Like `Connections` they connect on demand and drop what broke.
"""

import asyncio
from collections.abc import Awaitable, Callable
from operator import attrgetter
from time import perf_counter

import psycopg
from psycopg.pq.abc import PGresult

from adapters.postgres.asked import NotRun
from adapters.postgres.connections import Connection
from adapters.postgres.errors import meaning
from adapters.postgres.pipeline import ConnectionLost, Pipeline
from adapters.postgres.prepared import (
    Prepared,
    RowReader,
    prepared,
    read_json_as_text,
    values_of,
)
from adapters.sql.database import Params, Rows, Statement
from application.errors import Unavailable
from application.metering import CONNECTION_SECONDS, UNMETERED, Meter

_DEEPEST = 64  # statements under way, for each pipeline
_ROOM = 2.0  # seconds to wait for room
_ANSWER = 10.0  # seconds to wait for an answer, longer than the server's own limit
_ANOTHER = 1.0  # seconds between two tries to have one more pipeline, where one failed
_FORGOTTEN = {
    "26000",  # the server does not know the prepared statement
    "42P05",  # it knows one already, of another connection before the same pooler
    "0A000",  # the statement's columns are of another type since then
}
_TOO_LONG = "57014"  # the statement took too long, which is not the connection's fault

_under_way = attrgetter("under_way")


class Pipelines:
    """At most `most` pipelines, over connections that `connect` makes.

    Every method raises `Unavailable`, and what `meaning` makes of the server's errors.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[Connection]], most: int, meter: Meter = UNMETERED
    ) -> None:
        self._connect = connect
        self._most = most
        self._meter = meter
        self._pipelines: list[Pipeline] = []
        self._leaving: list[Pipeline] = []  # which were retired, and have yet to hear some answers
        self._closed = False
        self._opening: asyncio.Task[None] | None = None
        self._not_before = 0.0  # on the loop's clock: when to try to have one more
        self._room = asyncio.Semaphore(most * _DEEPEST)

    @property
    def in_use(self) -> int:
        """Pipelines with a statement under way."""
        return sum(each.under_way > 0 for each in (*self._pipelines, *self._leaving))

    @property
    def free(self) -> int:
        """Pipelines that wait to be used again."""
        return sum(each.under_way == 0 for each in self._pipelines)

    async def fetch(self, statement: Statement, params: Params) -> Rows:
        """The rows that a statement gives. Where a connection breaks, it is asked once more."""
        try:
            result, reader = await self._run(statement, params, alone=False)
        except ConnectionLost:
            result, reader = await self._run(statement, params, alone=False)
        try:
            return reader.rows(result)
        except psycopg.Error as error:
            raise meaning(error) from error

    async def execute(self, statement: Statement, params: Params) -> int:
        """Run a statement; returns how many rows it touched."""
        result, _ = await self._run(statement, params, alone=True)
        return result.command_tuples or 0

    async def close(self) -> None:
        """End every pipeline once what is under way has been answered, and begin no more."""
        self._closed = True
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        every = (*self._pipelines, *self._leaving)
        for each in every:
            each.retire()
        for each in every:
            await each.close()
        self._pipelines.clear()
        self._leaving.clear()

    async def _run(
        self, statement: Statement, params: Params, *, alone: bool
    ) -> tuple[PGresult, RowReader]:
        form = prepared(statement)
        values = values_of(statement, form.names, params)
        if self._room.locked():
            await self._wait()
        else:
            await self._room.acquire()
        try:
            try:
                return await self._ask(form, values, alone=alone)
            except NotRun:
                return await self._ask(form, values, alone=True)
        finally:
            self._room.release()

    async def _ask(
        self, form: Prepared, values: list[bytes | None], *, alone: bool
    ) -> tuple[PGresult, RowReader]:
        pipeline = self._least_busy() or await self._first()
        asked = pipeline.send(form, values, alone=alone)
        try:
            return await asked.future, asked.known.reader
        except NotRun:
            pipeline.statements.forget(asked.known)  # which may not have been prepared
            raise
        except psycopg.Error as error:
            if error.sqlstate in _FORGOTTEN:
                pipeline.statements.forget(asked.known)
                raise NotRun(f"PostgreSQL: {error.sqlstate}") from error
            failure = meaning(error)
            if isinstance(failure, Unavailable) and error.sqlstate != _TOO_LONG:
                pipeline.retire()  # it may lead to a server that became a replica
            raise failure from error

    async def _wait(self) -> None:
        began = perf_counter()
        try:
            async with asyncio.timeout(_ROOM):
                await self._room.acquire()
        except TimeoutError:
            raise Unavailable("PostgreSQL: all connections are taken") from None
        finally:
            self._meter.time(CONNECTION_SECONDS, perf_counter() - began)

    def _least_busy(self) -> Pipeline | None:
        while self._pipelines:
            pipeline: Pipeline = min(self._pipelines, key=_under_way)
            if pipeline.usable():
                if pipeline.under_way and len(self._pipelines) < self._most:
                    self._want_another()
                return pipeline
            self._pipelines.remove(pipeline)
            self._leaving = [each for each in (*self._leaving, pipeline) if each.under_way]
        return None

    def _want_another(self) -> None:
        if self._opening is not None or asyncio.get_running_loop().time() < self._not_before:
            return
        self._leaving = [each for each in self._leaving if each.under_way]
        if len(self._pipelines) + len(self._leaving) < self._most:
            self._open()

    async def _first(self) -> Pipeline:
        """A pipeline where there was none; whoever wants one meanwhile waits for the same.

        A try to connect that began before may fail for what is over by now: one more follows it.
        """
        if self._opening is not None:
            await asyncio.wait([self._opening])
        if pipeline := self._least_busy():
            return pipeline
        opening = self._opening or self._open()
        await asyncio.wait([opening])
        if not opening.cancelled() and (error := opening.exception()):
            raise Unavailable(str(error)) from error
        if pipeline := self._least_busy():
            return pipeline
        raise Unavailable("PostgreSQL: connection lost")

    def _open(self) -> asyncio.Task[None]:
        """Begin to connect. Raises `Unavailable` where all is closed."""
        if self._closed:
            raise Unavailable("the database is closed")
        opening = self._opening = asyncio.create_task(self._add())
        opening.add_done_callback(self._opened)
        return opening

    async def _add(self) -> None:
        connection = await self._connect()
        read_json_as_text(connection)
        self._pipelines.append(Pipeline(connection, _ANSWER))

    def _opened(self, opening: asyncio.Task[None]) -> None:
        self._opening = None
        if not opening.cancelled() and opening.exception() is not None:
            self._not_before = asyncio.get_running_loop().time() + _ANOTHER
