"""The service behind PgBouncer in transaction mode (catalogue F19): no session is its own."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.faults.meddling import end_its_connections
from tests.http.accounts import register
from tests.http.api import Api, Json, User, over_socket, path_of
from tests.http.server import Server
from tests.http.streams import listening
from tests.pgbouncer import PgBouncer

MANY = 40  # requests at once, of which the pooler has three connections for
OFTEN = 12  # times: from the fifth on a driver would prepare a statement in its session


@pytest.fixture
def pooled(url: str) -> Iterator[str]:
    """Where the pooler before the database at `url` is."""
    if missing := PgBouncer.missing():
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with PgBouncer(url) as pooler:
        yield pooler.url


@pytest.fixture(params=["a direct way besides", "no other way"])
async def api(
    request: pytest.FixtureRequest, pooled: str, url: str, tmp_path: Path
) -> AsyncIterator[Api]:
    """The service, which is told of the pooler in each of the two ways."""
    direct = {"DATABASE_DIRECT_URL": url}
    told = direct if request.param.startswith("a direct") else {"DATABASE_POOLER": "transaction"}
    with Server(tmp_path, DATABASE_URL=pooled, **told) as server:
        async with over_socket(server.url) as api:
            yield api


async def changed(alice: User, n: int) -> Json:
    """A task that was made and changed."""
    task = await alice.create(str(n))
    answer = await alice.send("PATCH", path_of(task), json={"description": str(n)})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_F19_the_same_statements_again_and_again(api: Api) -> None:
    alice = api.user()

    made = [await changed(alice, n) for n in range(OFTEN)]

    for _ in range(OFTEN):
        assert (await alice.send("GET", "/tasks?sort=created_at")).json() == made
    assert len((await alice.send("GET", "/changes")).json()["changes"]) == OFTEN


async def test_F19_more_at_once_than_there_are_connections(api: Api) -> None:
    users = [api.user() for _ in range(4)]

    made = await asyncio.gather(*(changed(users[n % 4], n) for n in range(MANY)))

    for n, user in enumerate(users):
        there = (await user.send("GET", "/tasks?limit=500")).json()
        assert {task["id"] for task in there} == {task["id"] for task in made[n::4]}


async def test_F19_batches_and_retries(api: Api) -> None:
    alice, key = api.user(), {"idempotency-key": "one-and-the-same"}
    operations = [{"op": "create", "task": {"title": str(n)}} for n in range(50)]
    body = {"operations": operations}

    answers = await asyncio.gather(
        *(alice.send("POST", "/tasks/batch", json=body, headers=key) for _ in range(5))
    )

    assert {answer.status_code for answer in answers} <= {200, 503}
    again = await alice.send("POST", "/tasks/batch", json=body, headers=key)
    assert again.status_code == 200
    assert len((await alice.send("GET", "/tasks?limit=500")).json()) == 50


async def test_F19_accounts_and_streams(api: Api) -> None:
    ann = await register(api)
    later = await ann.next()

    async with listening(later.user) as stream:
        task = await later.user.create()
        (event,) = await stream.take(1)

    assert event.data["id"] == task["id"]
    assert await later.gets_in()


async def test_F19_a_database_that_was_restarted_behind_it(api: Api, url: str) -> None:
    alice = api.user()
    task = await alice.create()

    end_its_connections(url)
    answers = [await alice.send("GET", path_of(task)) for _ in range(OFTEN)]

    assert {answer.status_code for answer in answers} <= {200, 503}
    assert answers[-1].json() == task
