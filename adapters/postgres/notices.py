"""`Notices` by PostgreSQL's own LISTEN and NOTIFY."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import psycopg

from adapters.postgres.connections import connection_settings
from adapters.postgres.database import PostgresDatabase
from adapters.sql.database import Statement
from application.errors import StorageError
from application.ports import Notices

_CHANNEL = "taskhaven"
_GATHER = 0.02  # seconds in which words are gathered into one, since each is a transaction
_MOST_AT_ONCE = 300  # digests in a word; PostgreSQL takes 8000 bytes
_RECONNECT = 1.0  # seconds

_log = logging.getLogger("taskhaven.notices")


class PostgresNotices(Notices):
    """Listens on a connection of its own, past any pooler, to `url`; speaks through `database`.

    The word follows the write instead of being part of it: inside of it, it would make all writers
    commit one after the other.
    """

    def __init__(self, url: str, database: PostgresDatabase) -> None:
        self._settings = connection_settings(url, session_state=False)
        self._database = database
        self._notify = Statement(f"SELECT pg_notify('{_CHANNEL}', %(digests)s)", {})
        self._pending: set[str] = set()
        self._listening: asyncio.Task[None] | None = None
        self._speaking: asyncio.Task[None] | None = None

    async def open(self, heard: Callable[[str | None], None]) -> None:
        self._listening = asyncio.create_task(self._listen(heard))

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
        if self._speaking is not None:
            await self._speaking  # it has the last word, and soon
        self._listening = None

    def announce(self, digest: str) -> None:
        self._pending.add(digest)
        if self._speaking is None or self._speaking.done():
            self._speaking = asyncio.create_task(self._speak())

    async def _speak(self) -> None:
        while self._pending:
            await asyncio.sleep(_GATHER)
            count = min(len(self._pending), _MOST_AT_ONCE)
            digests = [self._pending.pop() for _ in range(count)]
            with suppress(StorageError):  # others will look by themselves
                await self._database.execute(self._notify, {"digests": ",".join(digests)})

    async def _listen(self, heard: Callable[[str | None], None]) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**self._settings) as connection:
                    await connection.execute(f"LISTEN {_CHANNEL}")
                    heard(None)  # whatever was said before
                    async for notice in connection.notifies():
                        for digest in notice.payload.split(","):
                            heard(digest)
            except psycopg.Error as error:
                _log.warning("not listening to PostgreSQL: %s", type(error).__name__)
            await asyncio.sleep(_RECONNECT)
