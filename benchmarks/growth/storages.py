"""Databases filled with holdings, on PostgreSQL and on SQLite, and open."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.bulk import PostgresStore, SqliteStore, settle
from benchmarks.growth.holdings import Holding, fill
from entrypoints.container import Container
from tests.postgres_server import PostgresServer
from tests.storages import migrate, opened

POSTGRESQL, SQLITE = "PostgreSQL", "SQLite"


@dataclass(frozen=True, slots=True)
class Place:
    """Where databases can be made: a server, and a folder on a disk."""

    postgres: PostgresServer
    folder: Path

    @asynccontextmanager
    async def filled(
        self, storage: str, name: str, holdings: Sequence[Holding]
    ) -> AsyncIterator[Container]:
        """A new database of that name and what is in it, open for the length of the block."""
        make = self._postgresql if storage == POSTGRESQL else self._sqlite
        async with opened(make(name, holdings)) as storage_:
            yield storage_.container

    def _postgresql(self, name: str, holdings: Sequence[Holding]) -> str:
        url = migrate(self.postgres.create_database(name))
        with psycopg.connect(url) as connection:
            fill(PostgresStore(connection), holdings, f"{name} on {POSTGRESQL}")
        settle(url)
        return url

    def _sqlite(self, name: str, holdings: Sequence[Holding]) -> str:
        file = self.folder / f"{name}.db"
        url = migrate(f"sqlite:///{file}")
        with closing(sqlite3.connect(file)) as connection, connection:
            fill(SqliteStore(connection), holdings, f"{name} on {SQLITE}")
        return url
