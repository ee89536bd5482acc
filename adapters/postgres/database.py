"""PostgreSQL as the shared adapters ask for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import psycopg as sqlalchemy_psycopg

from adapters.postgres.connections import LONGEST_ANSWER, Connection, Connections
from adapters.postgres.errors import translated
from adapters.postgres.pipelines import Pipelines
from adapters.sql.database import Database, Params, Rows, Statement, check_revision
from application.errors import Busy, Unavailable
from application.metering import UNMETERED, Meter

_PIPELINES = 4  # of the connections; more of them make the server switch more between processes


class PostgresDatabase(Database):
    """Reaches the database at `url`, whose schema has to be at `revision`.

    Keeps at most `pool_size` connections: a few are pipelines, over which all goes that is short,
    and the others serve what may take a while. `session_state` is off behind a pooler that shares
    sessions among transactions, which can do neither pipelines nor prepared statements.
    """

    dialect: Final[Dialect] = sqlalchemy_psycopg.dialect()  # type: ignore[no-untyped-call]

    def __init__(
        self,
        url: str,
        revision: str,
        *,
        pool_size: int,
        session_state: bool,
        meter: Meter = UNMETERED,
    ) -> None:
        self._meter = meter
        self._url = url
        self._revision = revision
        self._pool_size = pool_size
        self._session_state = session_state
        self._connections: Connections | None = None
        self._pipelines: Pipelines | None = None

    async def open(self) -> None:
        few = min(_PIPELINES, self._pool_size - 1) if self._session_state else 0
        self._connections = connections = Connections(
            self._url,
            self._pool_size - few,
            session_state=self._session_state,
            meter=self._meter,
        )
        self._pipelines = Pipelines(connections.connect, few, self._meter) if few else None

    async def close(self) -> None:
        for each in (self._pipelines, self._connections):
            if each is not None:
                await each.close()
        self._pipelines = self._connections = None

    @property
    def in_use(self) -> int:
        """Connections with a statement under way."""
        return sum(each.in_use for each in (self._pipelines, self._connections) if each)

    @property
    def free(self) -> int:
        """Connections that wait to be used again."""
        return sum(each.free for each in (self._pipelines, self._connections) if each)

    async def check(self) -> None:
        await check_revision(self, self._revision)

    async def fetch(self, statement: Statement, params: Params, *, scan: bool = False) -> Rows:
        try:
            if self._pipelines is not None and not scan:
                return await self._pipelines.fetch(statement, params)
            rows, _ = await self._run(statement, params)
        except Busy as error:  # a read has no rivals: the whole table is locked
            raise Unavailable(str(error)) from error
        return rows

    async def execute(self, statement: Statement, params: Params) -> int:
        if self._pipelines is not None:
            return await self._pipelines.execute(statement, params)
        _, touched = await self._run(statement, params)
        return touched

    async def execute_all(
        self, first: tuple[Statement, Params], *others: tuple[Statement, Params]
    ) -> int:
        async with self._connection() as connection, connection.transaction():
            touched = await _execute(connection, *first)
            for statement, params in others if touched.rowcount else ():
                await _execute(connection, statement, params)
            return touched.rowcount

    async def _run(self, statement: Statement, params: Params) -> tuple[Rows, int]:
        async with self._connection() as connection:
            cursor = await _execute(connection, statement, params)
            rows = await cursor.fetchall() if cursor.description else []
            return rows, cursor.rowcount

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        """A connection for as long as a statement, or a few, may take."""
        if self._connections is None:
            raise Unavailable("the database is not open")
        async with self._connections.connection() as connection:
            try:
                with translated():
                    async with asyncio.timeout(LONGEST_ANSWER):
                        yield connection
            except TimeoutError:
                await connection.close()
                raise Unavailable("PostgreSQL: no answer") from None


async def _execute(
    connection: Connection, statement: Statement, params: Params
) -> psycopg.AsyncCursor[tuple[Any, ...]]:
    return await connection.execute(statement.text, statement.bind(params), binary=True)
