"""PostgreSQL goes away and comes back: unavailable meanwhile, and no restart of ours afterwards."""

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from application.errors import Unavailable
from tests.builders import a_task, an_owner, toggle
from tests.contract.unavailable import unavailable
from tests.leaks import nothing_left_open
from tests.postgres_server import PostgresServer
from tests.storages import Opened, migrate, opened

missing = PostgresServer.available()
pytestmark = pytest.mark.skipif(missing is not None, reason=missing or "")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One that these tests may stop."""
    with PostgresServer(durable=True) as server:
        migrate(server.create_database("tasks"))
        yield server


@pytest.fixture
async def storage(server: PostgresServer) -> AsyncIterator[Opened]:
    async with opened(server.url("tasks")) as storage:
        yield storage
    nothing_left_open(server.url("tasks"))


def execute(server: PostgresServer, statement: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(statement)


async def test_a_server_that_stops_and_starts_is_used_again(
    server: PostgresServer, storage: Opened
) -> None:
    task = a_task()
    await storage.tasks.add(task, by=task.owner)

    server.halt("immediate")
    await unavailable(storage)
    server.restart()

    await storage.storage.check()
    await storage.tasks.update(task.owner, task.id, toggle, by=task.owner)
    assert await storage.journal.position(task.owner) == 2


async def test_F02_connections_that_broke_while_idle_cost_no_request(
    server: PostgresServer, storage: Opened
) -> None:
    task = a_task()
    await storage.tasks.add(task, by=task.owner)

    server.restart()

    await storage.tasks.update(task.owner, task.id, toggle, by=task.owner)
    assert await storage.journal.position(task.owner) == 2


async def test_F10_a_primary_that_became_read_only_is_unavailable_and_its_connection_dropped(
    server: PostgresServer, storage: Opened
) -> None:
    owner = an_owner()
    await storage.storage.check()

    execute(server, "ALTER DATABASE tasks SET default_transaction_read_only = on")
    async with opened(server.url("tasks")) as replica:
        with pytest.raises(Unavailable):
            await replica.tasks.add(a_task(owner), by=owner)
        execute(server, "ALTER DATABASE tasks RESET default_transaction_read_only")

        await replica.tasks.add(a_task(owner), by=owner)
        assert await replica.journal.position(owner) == 1
