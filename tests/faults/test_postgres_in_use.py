"""PostgreSQL stops in the middle of a request, is slow, or has no connection left."""

import asyncio

import pytest

from adapters.postgres import connections, room
from tests.faults.meddling import end_its_connections, locked, someone_waits
from tests.http.answers import refusal
from tests.http.api import User, container, in_process, path_of

AWAY = (503, "storage_unavailable")


async def test_F03_a_write_whose_connection_is_ended_leaves_nothing_half_done(
    alice: User, url: str
) -> None:
    task = await alice.create()

    async with locked(url, "EXCLUSIVE"):
        request = asyncio.create_task(alice.send("PATCH", path_of(task), json={"title": "new"}))
        await someone_waits(url)
        end_its_connections(url)
        answer = await request

    assert refusal(answer) == AWAY
    assert answer.headers["retry-after"] == "1"
    assert await alice.read(task) == task


async def test_F03_a_read_whose_connection_is_ended_is_asked_once_more(
    alice: User, url: str
) -> None:
    task = await alice.create()

    async with locked(url):
        request = asyncio.create_task(alice.send("GET", path_of(task)))
        await someone_waits(url)
        end_its_connections(url)
        await someone_waits(url)
    again = await request

    async with locked(url):
        request = asyncio.create_task(alice.send("GET", path_of(task)))
        for _ in range(2):
            await someone_waits(url)
            end_its_connections(url)
        twice = await request

    assert again.json() == task
    assert refusal(twice) == AWAY


async def test_F06_a_statement_that_takes_too_long_is_given_up(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_SESSION", "-c statement_timeout=100")

    async with in_process(container(DATABASE_URL=url)) as api:
        alice = api.user()
        async with locked(url):
            answer = await alice.send("GET")
        after = await alice.send("GET")

    assert refusal(answer) == AWAY
    assert after.json() == []


async def test_F07_when_all_connections_are_taken_nobody_waits_for_long(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_PATIENCE", 0.1)

    async with in_process(container(DATABASE_URL=url, DATABASE_POOL_SIZE="1")) as api:
        alice = api.user()
        async with locked(url):
            first = asyncio.create_task(alice.send("GET"))
            await someone_waits(url)
            others = await asyncio.gather(*(alice.send("GET") for _ in range(20)))
        answer = await first
        after = await alice.send("GET")

    assert {refusal(other) for other in others} == {AWAY}
    assert (answer.status_code, after.status_code) == (200, 200)
