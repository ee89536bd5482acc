"""A free list of connections, each used for one statement at a time.

It connects on demand and drops whatever broke, so that an outage ends for us when it ends for the
database: there is no schedule of reconnections to wait for.
"""

import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from adapters.postgres.errors import translated
from adapters.postgres.room import Room
from application.errors import Unavailable
from application.metering import UNMETERED, Meter

LONGEST_ANSWER = 10.0  # seconds to wait for one, longer than the server's own limit

_CONNECT = 10  # seconds; a serverless PostgreSQL takes some to wake up
_SESSION = (
    "-c statement_timeout=5000 "  # milliseconds
    "-c lock_timeout=2000 "  # who waits for a lock holds up what shares the connection
    "-c timezone=UTC "
    # Every statement is about one owner, whoever it is: to plan it anew for each costs more than
    # running it does, and a plan for all does not turn bad with the first who has many tasks.
    "-c plan_cache_mode=force_generic_plan "
    # An index finds the owner's rows. A plan made while a table was small would go on reading all
    # of it as it grows; and where nothing but that is possible, compiling it would cost more.
    "-c enable_seqscan=off -c jit=off"
)

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class Connections:
    """At most `size` connections to `url`, in autocommit.

    `session_state` off leaves out prepared statements and session settings, which do not survive a
    pooler that hands each transaction to another session.
    """

    def __init__(
        self, url: str, size: int, *, session_state: bool, meter: Meter = UNMETERED
    ) -> None:
        self._settings = connection_settings(url, session_state=session_state)
        self._free: list[Connection] = []
        self._closed = False
        self._room = Room(size, meter)
        self.in_use = 0

    @property
    def free(self) -> int:
        """Connections that wait to be used again."""
        return len(self._free)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A live connection for one statement. Raises `Unavailable`."""
        await self._room.enter()
        self.in_use += 1
        try:
            connection = await self._take() or await self.connect()
            try:
                yield connection
            except Unavailable:
                await connection.close()  # it may lead to a server that became a replica
                raise
            finally:
                await self._give_back(connection)
        finally:
            self.in_use -= 1
            self._room.leave()

    async def connect(self) -> Connection:
        """One more connection, which is the caller's to close. Raises `Unavailable`."""
        with translated():
            return await psycopg.AsyncConnection.connect(**self._settings)

    async def close(self) -> None:
        """Close every free connection; one in use is closed when it comes back."""
        self._closed = True
        while self._free:
            await self._free.pop().close()

    async def _take(self) -> Connection | None:
        while self._free:
            connection = self._free.pop()
            if not _has_news(connection):
                return connection
            await connection.close()
        return None

    async def _give_back(self, connection: Connection) -> None:
        idle = connection.info.transaction_status is TransactionStatus.IDLE
        if idle and not self._closed:
            self._free.append(connection)
        else:
            await connection.close()


def _has_news(connection: Connection) -> bool:
    """Whether the server said something on an idle connection: nearly always that it is gone."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def connection_settings(url: str, *, session_state: bool) -> dict[str, Any]:
    """What psycopg is to be told to connect to `url`, in autocommit."""
    settings: dict[str, Any] = {
        "application_name": "taskhaven",
        "connect_timeout": _CONNECT,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        **conninfo_to_dict(url),
        "client_encoding": "UTF8",  # what text is sent in, whatever the database is kept in
        "autocommit": True,
        "prepare_threshold": 5 if session_state else None,
    }
    if session_state:
        settings["options"] = f"{_SESSION} {settings.get('options') or ''}".strip()
    return settings
