"""PostgreSQL goes away under a running service, and comes back: 503 meanwhile, then all is well.

The service never restarts.
"""

import secrets

import pytest
from httpx2 import Response

from tests.faults.meddling import end_its_connections, execute
from tests.http.answers import refusal
from tests.http.api import Api, Json, User, container, in_process, path_of
from tests.postgres_server import Mode, PostgresServer

AWAY = (503, "storage_unavailable")


async def statuses(api: Api) -> list[int]:
    paths = ("/health", "/health/ready", "/health/live")
    return [(await api.client.get(path)).status_code for path in paths]


async def every_verb(alice: User, task: Json) -> list[Response]:
    return [
        await alice.send("GET"),
        await alice.send("POST", json={"title": "new"}),
        await alice.send("GET", path_of(task)),
        await alice.send("PATCH", path_of(task), json={"title": "new"}),
        await alice.send("DELETE", path_of(task)),
    ]


async def test_an_outage_is_503_and_ends_when_it_ends(
    api: Api, alice: User, server: PostgresServer
) -> None:
    task = await alice.create()
    assert await statuses(api) == [200, 200, 200]

    server.halt()
    for answer in await every_verb(alice, task):
        assert refusal(answer) == AWAY
        assert answer.headers["retry-after"] == "1"
    assert await statuses(api) == [503, 503, 200]

    server.restart()
    assert (await alice.send("GET")).json() == [task]
    assert [answer.status_code for answer in await every_verb(alice, task)] == [
        200, 201, 200, 200, 204
    ]  # fmt: skip
    assert await statuses(api) == [200, 200, 200]


@pytest.mark.parametrize("mode", ["fast", "immediate"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_F02_the_first_request_after_a_restart_succeeds(
    alice: User, server: PostgresServer, mode: Mode, method: str
) -> None:
    await alice.create()

    server.restart(mode)

    answer = await alice.send(method, json={"title": "new"} if method == "POST" else None)
    assert answer.is_success


async def test_F02_so_does_the_first_after_an_idle_connection_was_ended(
    alice: User, url: str
) -> None:
    task = await alice.create()

    end_its_connections(url)

    assert await alice.read(task) == task


async def test_F10_a_primary_that_became_a_replica_is_left(
    alice: User, server: PostgresServer, url: str
) -> None:
    task = await alice.create()
    admin, database = server.url("postgres"), url.rpartition("/")[2]

    execute(admin, f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    end_its_connections(url)
    refused = await alice.send("PATCH", path_of(task), json={"title": "new"})
    read = await alice.read(task)
    execute(admin, f"ALTER DATABASE {database} RESET default_transaction_read_only")
    after = [await alice.send("PATCH", path_of(task), json={"title": title}) for title in "abc"]

    assert refusal(refused) == AWAY
    assert refused.headers["retry-after"] == "1"
    assert read == task
    assert after[-1].json()["title"] == "c"


async def test_a_database_that_nobody_migrated_is_not_served(server: PostgresServer) -> None:
    empty = server.create_database(f"empty_{secrets.token_hex(4)}")

    async with in_process(container(DATABASE_URL=empty)) as api:
        answers = [await api.user().send("GET"), await api.user().send("POST", json={"title": "x"})]
        found = await statuses(api)

    assert [refusal(answer) for answer in answers] == [AWAY, AWAY]
    assert found == [503, 503, 200]
