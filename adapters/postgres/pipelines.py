"""A few pipelines, over which all that is short goes: a round trip takes no connection away.

Like `Connections` they connect on demand and drop what broke.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from operator import attrgetter

import psycopg
from psycopg.pq.abc import PGresult

from adapters.postgres.asked import NotRun
from adapters.postgres.connections import LONGEST_ANSWER, Connection
from adapters.postgres.errors import meaning
from adapters.postgres.pipeline import ConnectionLost, Pipeline
from adapters.postgres.prepared import (
    Prepared,
    RowReader,
    prepared,
    read_json_as_text,
    values_of,
)
from adapters.postgres.room import Room
from adapters.sql.database import Params, Rows, Statement
from application.errors import Unavailable
from application.metering import UNMETERED, Meter

_DEEPEST = 64  # statements under way, for each pipeline
_TRIES = 3  # of a statement that was not run, through no fault of its own
_ANOTHER = 1.0  # seconds between two tries to have one more pipeline, where one failed
_FORGOTTEN = {
    "26000",  # the server does not know the prepared statement
    "42P05",  # it knows one already, of another connection before the same pooler
    "0A000",  # the statement's columns are of another type since then
}
_TOO_LONG = "57014"  # the statement took too long, which is not the connection's fault

_under_way = attrgetter("under_way")
_slow_and_under_way = attrgetter("slow", "under_way")


class Pipelines:
    """At most `most` pipelines, over connections that `connect` makes.

    Every method raises `Unavailable`, and what `meaning` makes of the server's errors.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[Connection]], most: int, meter: Meter = UNMETERED
    ) -> None:
        self._connect = connect
        self._most = most
        self._pipelines: list[Pipeline] = []
        self._leaving: list[Pipeline] = []  # which were retired, and have yet to hear some answers
        self._closed = False
        self._opening: asyncio.Task[None] | None = None
        self._not_before = 0.0  # on the loop's clock: when to try to have one more
        self._room = Room(most * _DEEPEST, meter)

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
        await self._room.enter()
        try:
            for _ in range(_TRIES - 1):
                with suppress(NotRun):
                    return await self._ask(form, values, alone=alone)
                alone = True
            return await self._ask(form, values, alone=alone)
        finally:
            self._room.leave()

    async def _ask(
        self, form: Prepared, values: list[bytes | None], *, alone: bool
    ) -> tuple[PGresult, RowReader]:
        pipeline = self._least_busy(alone=alone) or await self._first()
        asked = pipeline.send(form, values, alone=alone)
        try:
            return await asked.future, asked.known.reader
        except NotRun:
            if asked.prepares:
                pipeline.statements.forget(asked.known)
            raise
        except psycopg.Error as error:
            if error.sqlstate in _FORGOTTEN:
                pipeline.statements.forget(asked.known)
                raise NotRun(f"PostgreSQL: {error.sqlstate}") from error
            failure = meaning(error)
            if isinstance(failure, Unavailable) and error.sqlstate != _TOO_LONG:
                pipeline.retire()  # it may lead to a server that became a replica
            raise failure from error

    def _least_busy(self, *, alone: bool = False) -> Pipeline | None:
        """One to use next. The first is for reads, which so never wait for a write's lock."""
        while self._pipelines:
            some = self._pipelines[1:] if alone and len(self._pipelines) > 1 else self._pipelines
            pipeline: Pipeline = min(some, key=_under_way)
            if pipeline.slow:
                pipeline = min(some, key=_slow_and_under_way)
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
        self._pipelines.append(Pipeline(connection, LONGEST_ANSWER))

    def _opened(self, opening: asyncio.Task[None]) -> None:
        self._opening = None
        if not opening.cancelled() and opening.exception() is not None:
            self._not_before = asyncio.get_running_loop().time() + _ANOTHER
