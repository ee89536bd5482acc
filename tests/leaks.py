"""Finds connections that were left open."""

import time
from pathlib import Path

import psycopg

from entrypoints.settings.database_url import DatabaseUrl

_PATIENCE = 10.0  # seconds: PostgreSQL takes a moment to notice that a client has gone


def nothing_left_open(url: str) -> None:
    """Fails if somebody is still connected to the database."""
    database = DatabaseUrl.parse(url)
    if database.scheme == "sqlite":
        # The last connection to be closed, and no other, takes the log away.
        assert not Path(f"{database.path}-wal").exists(), "a connection to SQLite is still open"
    elif database.scheme == "postgresql":
        assert not _others(str(database.address)), "a connection to PostgreSQL is still open"


def _others(address: str) -> int:
    deadline = time.monotonic() + _PATIENCE
    with psycopg.connect(address, autocommit=True) as connection:
        while others := _count_others(connection):
            if time.monotonic() > deadline:
                break
            time.sleep(0.005)
    return others


def _count_others(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'taskhaven'"
    ).fetchone()
    return int(row[0]) if row else 0
