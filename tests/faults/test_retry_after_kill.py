"""The server is killed right around a write with a key (C04): a retry makes it one task."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import httpx2
import pytest

from tests.http.api import Api, User, over_socket
from tests.http.server import Server
from tests.storages import DURABLE

ROUNDS = 6
LONGEST = 0.006  # seconds until the kill: an answer takes about half of them
WRITERS = 32  # at once, whose writes SQLite commits together


@pytest.fixture(params=DURABLE)
def victim(
    request: pytest.FixtureRequest, new_database: Callable[[str], str], tmp_path: Path
) -> Iterator[Server]:
    server = Server(tmp_path, DATABASE_URL=new_database(request.param))
    server.start()
    yield server
    server.kill()


async def create(alice: User, title: str) -> httpx2.Response:
    said = {"idempotency-key": f"key of {title}".replace(" ", "-")}
    return await alice.send("POST", json={"title": title}, headers=said)


async def test_C04_a_kill_around_the_write_makes_neither_none_nor_two(victim: Server) -> None:
    subject = "alice"
    acknowledged: dict[str, str] = {}

    for n in range(ROUNDS):
        title = str(n)
        async with over_socket(victim.url) as api:
            attempt = asyncio.create_task(create(api.user(subject), title))
            await asyncio.sleep(random.random() * LONGEST)
            victim.kill()
            with suppress(httpx2.TransportError):  # then nobody knows whether it was done
                acknowledged[title] = (await attempt).text
        victim.start()
        async with over_socket(victim.url) as api:
            retried = await create(api.user(subject), title)
        assert retried.status_code == 201
        assert acknowledged.get(title, retried.text) == retried.text

    async with over_socket(victim.url) as api:
        there = (await api.user(subject).send("GET")).json()
    assert [task["title"] for task in there] == [str(n) for n in reversed(range(ROUNDS))]


async def test_C04_whatever_many_writers_were_told_was_written_is_there_after_a_kill(
    victim: Server,
) -> None:
    acknowledged: set[str] = set()
    there: set[str] = set()
    asked = count()

    async def write_on(api: Api) -> None:
        with suppress(httpx2.TransportError):  # then nobody knows whether it was done
            while True:
                answer = await create(api.user("alice"), str(next(asked)))
                assert answer.status_code == 201
                acknowledged.add(answer.json()["id"])

    for _ in range(ROUNDS // 2):
        before = len(acknowledged)
        async with over_socket(victim.url) as api:
            writers = [asyncio.create_task(write_on(api)) for _ in range(WRITERS)]
            while len(acknowledged) < before + WRITERS:  # noqa: ASYNC110 - they add to it
                await asyncio.sleep(0.001)
            await asyncio.sleep(random.random() * 0.1)
            victim.kill()
            await asyncio.gather(*writers)
        victim.start()

    async with over_socket(victim.url) as api:
        told = {"next": "c0"}
        while told.get("changes", True):
            answer = await api.user("alice").send("GET", f"/changes?limit=500&since={told['next']}")
            told = answer.json()
            there |= {task["id"] for task in told["changes"]}
    assert acknowledged <= there
    assert len(there) <= len(acknowledged) + WRITERS * (ROUNDS // 2)
