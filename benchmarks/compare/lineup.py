"""Who takes part: each with its database filled, ready to be started."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.compare import filling
from benchmarks.compare.data import DataSet
from benchmarks.compare.places import FASTIFY_INSTALLED, UVICORN
from benchmarks.compare.systems import (
    FASTAPI,
    FASTIFY_PG,
    TASKHAVEN_ON_POSTGRESQL,
    TASKHAVEN_ON_SQLITE,
    System,
    fastapi,
    fastify,
    sqlite3_on_the_loop,
    taskhaven,
)
from tests.postgres_server import PostgresServer
from tests.storages import migrate


def systems(postgres: PostgresServer, folder: Path, data: DataSet, secret: str) -> Iterator[System]:
    """Those that are installed; of the others it is said why they are left out."""
    url = migrate(postgres.create_database("taskhaven"))
    filling.fill_taskhaven(url, data)
    yield taskhaven(TASKHAVEN_ON_POSTGRESQL, url, secret)
    yield from _peers(postgres, data, secret)
    file = folder / "taskhaven.db"
    url = migrate(f"sqlite:///{file}")
    filling.fill_taskhaven_file(file, data)
    yield taskhaven(TASKHAVEN_ON_SQLITE, url, secret)
    filling.fill_peer_file(folder / "peer.db", data)
    yield sqlite3_on_the_loop(folder / "peer.db", secret)


def node() -> str | None:
    """The Node that runs fastify, if there is one."""
    return shutil.which("node")


def _peers(postgres: PostgresServer, data: DataSet, secret: str) -> Iterator[System]:
    first = postgres.create_database("fastapi")
    filling.fill_peer(first, data)
    second = postgres.create_database("fastify", template="fastapi")
    if UVICORN.exists():
        yield fastapi(first, secret)
    else:
        print(f"{FASTAPI} is left out: make bench installs it, where it finds a registry")
    program = node()
    if program is not None and FASTIFY_INSTALLED.exists():
        yield fastify(program, second, secret)
    else:
        print(f"{FASTIFY_PG} is left out: make bench installs it, where it finds Node and npm")
