"""A refresh token is good for one turn, and its reuse ends the session (R01-R07)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from httpx2 import Response

from tests.http.accounts import Member, living_at, refresh, register
from tests.http.answers import refusal
from tests.http.api import Api, over_socket
from tests.http.clock import Clock
from tests.http.server import Server
from tests.storages import DURABLE

OVER = (401, "invalid_refresh_token")
GRACE = timedelta(seconds=10)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC).isoformat())


@pytest.fixture
async def timed(clock: Clock, database_url: str) -> AsyncIterator[Api]:
    """In process on every storage in turn, as late as the clock says."""
    async with living_at(clock, DATABASE_URL=database_url) as api:
        yield api


def successor(answer: Response) -> str:
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["refresh_token"]
    return token


async def is_dead(*members: Member) -> bool:
    """Whether a session is over, by these tokens of it."""
    return not any([await m.gets_in() or await m.goes_on() for m in members])


async def test_R01_each_turn_gives_the_next(api: Api) -> None:
    turns = [await register(api)]

    for _ in range(5):
        turns.append(await turns[-1].next())

    assert len({turn.refresh_token for turn in turns}) == 6
    assert all([await turn.gets_in() for turn in turns])


async def test_R02_a_token_used_after_its_successor_was_ends_the_session(api: Api) -> None:
    first = await register(api)
    second = await first.next()
    third = await second.next()

    assert refusal(await refresh(api.client, first.refresh_token)) == OVER

    assert await is_dead(first, second, third)


async def test_R02_so_does_one_used_again_after_the_grace(timed: Api, clock: Clock) -> None:
    first = await register(timed)
    second = await first.next()

    clock.at += GRACE + timedelta(microseconds=1)
    assert refusal(await refresh(timed.client, first.refresh_token)) == OVER

    assert await is_dead(first, second)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(seconds=9), GRACE])
async def test_R04_a_retry_within_the_grace_gets_the_same_successor(
    timed: Api, clock: Clock, later: timedelta
) -> None:
    first = await register(timed)
    second = await first.next()

    clock.at += later
    retried = await refresh(timed.client, first.refresh_token)

    assert successor(retried) == second.refresh_token
    assert await (await second.next()).gets_in()


async def test_R04_a_retry_does_not_prolong_the_grace(timed: Api, clock: Clock) -> None:
    first = await register(timed)
    await first.next()

    clock.at += timedelta(seconds=6)
    await first.next()
    clock.at += timedelta(seconds=6)

    assert refusal(await refresh(timed.client, first.refresh_token)) == OVER


async def test_R03_many_at_once_leave_one_chain(api: Api) -> None:
    first = await register(api)

    answers = await asyncio.gather(*(refresh(api.client, first.refresh_token) for _ in range(16)))

    (token,) = {successor(answer) for answer in answers}
    second = Member(api.client, first.email, answers[0].json())
    third = await second.next()
    assert third.refresh_token != token
    assert await third.gets_in()
    assert refusal(await refresh(api.client, first.refresh_token)) == OVER
    assert await is_dead(first, second, third)


@pytest.mark.parametrize("storage", DURABLE)
async def test_R02_a_session_that_a_reuse_ended_is_dead_after_a_restart(
    storage: str, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    with Server(tmp_path, DATABASE_URL=new_database(storage)) as server:
        async with over_socket(server.url) as api:
            sibling, first = await register(api), await register(api)
            await asyncio.gather(*(refresh(api.client, first.refresh_token) for _ in range(16)))
            second = await first.next()
            third = await second.next()
            assert refusal(await refresh(api.client, first.refresh_token)) == OVER
        server.kill()
        server.start()
        async with over_socket(server.url) as api:
            assert await is_dead(*(turn.at(api.client) for turn in (first, second, third)))
            assert await sibling.at(api.client).gets_in()
            assert await sibling.at(api.client).goes_on()


async def test_R06_a_reuse_ends_no_other_session(api: Api) -> None:
    first = await register(api)
    sibling, stranger = await first.again(), await register(api)
    await (await first.next()).next()

    assert refusal(await refresh(api.client, first.refresh_token)) == OVER

    for other in (sibling, stranger):
        assert await other.gets_in()
        assert await other.goes_on()
    (left,) = (await sibling.ask("GET", "/sessions")).json()
    assert left["current"]


async def test_R07_a_session_that_is_not_used_is_over(timed: Api, clock: Clock) -> None:
    idle, used = await register(timed), await register(timed)

    clock.at += timedelta(days=29)
    used = await used.next()
    clock.at += timedelta(days=1)

    assert refusal(await refresh(timed.client, idle.refresh_token)) == OVER
    assert await used.goes_on()


async def test_R07_no_session_is_for_ever(timed: Api, clock: Clock) -> None:
    ann = await register(timed)

    for _ in range(8):
        clock.at += timedelta(days=20)
        ann = await ann.next()
    clock.at += timedelta(days=20)

    assert refusal(await refresh(timed.client, ann.refresh_token)) == OVER


async def test_an_access_token_is_over_before_its_session(timed: Api, clock: Clock) -> None:
    ann = await register(timed)

    clock.at += timedelta(minutes=15, seconds=31)

    assert not await ann.gets_in()
    assert await (await ann.next()).gets_in()
