"""The server is killed right around a write with a key (C04): a retry makes it one task."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from tests.http.api import User, over_socket
from tests.http.server import Server
from tests.storages import DURABLE

ROUNDS = 6
LONGEST = 0.006  # seconds until the kill: an answer takes about half of them


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
