"""The service on a PostgreSQL of its own, which may go away without harm to other tests."""

import secrets
from collections.abc import AsyncIterator, Iterator

import pytest

from entrypoints.http import health
from tests.http.api import Api, User, container, in_process
from tests.postgres_server import PostgresServer
from tests.storages import migrate


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    if missing := PostgresServer.available():
        pytest.skip(missing)
    with PostgresServer(durable=True) as server:
        yield server


@pytest.fixture
def url(server: PostgresServer) -> Iterator[str]:
    """Dropped after the test: each that is there makes a start after a crash take longer."""
    name = f"away_{secrets.token_hex(4)}"
    yield migrate(server.create_database(name))
    server.drop_database(name)


@pytest.fixture
async def api(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The service in process, which looks anew each time that it is asked for its health."""
    monkeypatch.setattr(health, "_FRESH", 0)
    async with in_process(container(DATABASE_URL=url, DATABASE_POOL_SIZE="2")) as api:
        yield api


@pytest.fixture
def alice(api: Api) -> User:
    return api.user()
