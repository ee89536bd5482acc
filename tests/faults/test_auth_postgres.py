"""PostgreSQL goes away while somebody logs in, goes on or logs out: never 401, never 500 (R08)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.faults.meddling import end_its_connections, someone_waits
from tests.http.accounts import (
    PASSWORD,
    WRONG,
    Member,
    call,
    living_at,
    log_in,
    new_email,
    refresh,
    register,
)
from tests.http.answers import refusal
from tests.http.api import Api
from tests.http.clock import Clock
from tests.postgres_server import PostgresServer

AWAY = (503, "storage_unavailable")
LONG = timedelta(minutes=1)  # of an outage: longer than a token may be used again


@asynccontextmanager
async def held(url: str, table: str, mode: str) -> AsyncIterator[None]:
    """A lock on a table for the length of the block."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute(f"LOCK TABLE {table} IN {mode} MODE".encode())
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC).isoformat())


@pytest.fixture
async def timed(url: str, clock: Clock) -> AsyncIterator[Api]:
    """As late as the clock says."""
    async with living_at(clock, DATABASE_URL=url, DATABASE_POOL_SIZE="2") as api:
        yield api


async def test_an_outage_is_never_a_wrong_password_or_a_bad_token(
    api: Api, server: PostgresServer
) -> None:
    ann = await register(api)
    new = {"email": new_email(), "password": PASSWORD}

    server.halt()
    await asyncio.sleep(1)  # until no session counts as live without another look
    answers = [
        await log_in(api.client, ann.email),
        await log_in(api.client, ann.email, WRONG),
        await log_in(api.client, new_email()),
        await call(api.client, "POST", "/register", new),
        await refresh(api.client, ann.refresh_token),
        await call(api.client, "POST", "/logout", {"refresh_token": ann.refresh_token}),
        await ann.ask("POST", "/logout"),
        await ann.ask("GET", "/me"),
        await ann.ask("PATCH", "/me", {"name": "Ann"}),
        await ann.ask("GET", "/me/export"),
        await ann.ask("GET", "/sessions"),
        await ann.ask("POST", "/password", {"current": PASSWORD, "new": WRONG}),
        await ann.ask("POST", "/me/erase", {"password": PASSWORD}),
        await ann.user.send("GET"),
        await ann.user.send("POST", json={"title": "x"}),
    ]
    forged = await call(api.client, "GET", "/me", token=ann.token[:-8] + "AAAAAAAA")
    server.restart()

    for answer in answers:
        assert refusal(answer) == AWAY
        assert answer.headers["retry-after"] == "1"
        assert answer.headers["cache-control"] == "no-store"
    assert refusal(forged) == (401, "unauthorized")
    assert (await ann.ask("GET", "/me")).json() == ann.grant["user"]
    assert await ann.goes_on()
    assert (await ann.again()).id == ann.id
    assert (await call(api.client, "POST", "/register", new)).status_code == 201


@pytest.mark.parametrize(
    ("table", "mode"),
    [
        ("sessions", "ACCESS EXCLUSIVE"),  # before it is read
        ("sessions", "EXCLUSIVE"),  # before it is written
        ("accounts", "ACCESS EXCLUSIVE"),  # before its account is read
    ],
)
@pytest.mark.parametrize("outage", [timedelta(0), LONG])
async def test_R08_a_refresh_that_is_cut_short_can_be_tried_again(
    timed: Api, clock: Clock, url: str, table: str, mode: str, outage: timedelta
) -> None:
    ann = await register(timed)

    async with held(url, table, mode):
        request = asyncio.create_task(refresh(timed.client, ann.refresh_token))
        await someone_waits(url)
        end_its_connections(url)
        answer = await request
    clock.at += outage
    retried, again = [await refresh(timed.client, ann.refresh_token) for _ in range(2)]

    assert refusal(answer) == AWAY
    assert answer.headers["retry-after"] == "1"
    assert (retried.status_code, again.status_code) == (200, 200)
    assert retried.json()["refresh_token"] == again.json()["refresh_token"]
    after = Member(timed.client, ann.email, retried.json())
    assert await (await after.next()).goes_on()
    assert not await ann.goes_on()


async def test_R08_a_reuse_that_is_cut_short_ends_the_session_the_next_time(
    api: Api, url: str
) -> None:
    first = await register(api)
    second = await first.next()
    third = await second.next()

    async with held(url, "sessions", "EXCLUSIVE"):
        request = asyncio.create_task(refresh(api.client, first.refresh_token))
        await someone_waits(url)
        end_its_connections(url)
        answer = await request

    assert refusal(answer) == AWAY
    assert await third.gets_in()
    assert refusal(await refresh(api.client, first.refresh_token))[0] == 401
    assert not await third.gets_in()
    assert not await third.goes_on()


@pytest.mark.parametrize("table", ["accounts", "sessions"])
async def test_a_registration_that_is_cut_short_leaves_nothing(
    api: Api, url: str, table: str
) -> None:
    body = {"email": new_email(), "password": PASSWORD}
    await register(api)  # which takes longer than the chores, whose statements would wait too

    async with held(url, table, "EXCLUSIVE"):
        request = asyncio.create_task(call(api.client, "POST", "/register", body))
        await someone_waits(url)
        end_its_connections(url)
        answer = await request

    assert refusal(answer) == AWAY
    assert (await log_in(api.client, body["email"])).status_code == 401
    assert (await call(api.client, "POST", "/register", body)).status_code == 201


async def test_a_password_change_that_is_cut_short_changes_nothing(api: Api, url: str) -> None:
    ann = await register(api)
    other = await ann.again()

    async with held(url, "sessions", "EXCLUSIVE"):
        change = {"current": PASSWORD, "new": WRONG}
        request = asyncio.create_task(ann.ask("POST", "/password", change))
        await someone_waits(url)
        end_its_connections(url)
        answer = await request

    assert refusal(answer) == AWAY
    assert (await log_in(api.client, ann.email)).status_code == 200
    assert await other.goes_on()


async def test_tokens_of_others_need_no_session(api: Api, url: str) -> None:
    ann, external = await register(api), api.user()
    await asyncio.sleep(1)  # until her session does not count as live without another look

    async with held(url, "sessions", "ACCESS EXCLUSIVE"):
        waiting = asyncio.create_task(ann.user.send("GET"))
        await someone_waits(url)
        task = await external.create()
        assert (await external.send("GET")).json() == [task]
        end_its_connections(url)
        answer = await waiting

    assert refusal(answer) == AWAY
    assert (await ann.user.send("GET")).status_code == 200
