"""What ends a session ends it at once where it was said, and within a second everywhere (T33).

Two servers share a database and nothing else, so what one is told the other has to find out.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import jwt
import pytest
from httpx2 import Response

from tests.http.accounts import (
    PASSWORD,
    WRONG,
    Member,
    beside,
    call,
    disable,
    refresh,
    register,
)
from tests.http.answers import refusal
from tests.http.api import over_socket
from tests.http.pair import ROUTES, Pair, two_servers
from tests.http.server import Server
from tests.pgbouncer import PgBouncer

BOUND = 1.0  # seconds, promised by the contract (§7)
STEP = 0.02


@pytest.fixture(scope="module", params=ROUTES)
def servers(
    request: pytest.FixtureRequest,
    new_database: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Server, Server, str]]:
    route: str = request.param
    if route == "pgbouncer" and (missing := PgBouncer.missing()):
        pytest.skip(missing)
    url = new_database("sqlite" if route == "sqlite" else "postgresql")
    with two_servers(route, url, tmp_path_factory.mktemp) as (one, other):
        yield one, other, url
        assert not one.log + other.log, "nothing that clients do is our fault"


@pytest.fixture
async def pair(servers: tuple[Server, Server, str]) -> AsyncIterator[Pair]:
    one, other, url = servers
    async with over_socket(one.url) as here, over_socket(other.url) as there:
        yield Pair(here, there, url)


def session_of(member: Member) -> str:
    claims = jwt.decode(member.token, options={"verify_signature": False})
    id: str = claims["sid"]
    return id


async def refused_in_time(member: Member, since: float) -> bool:
    """Whether no question that is asked a bound or more after that moment is answered."""
    while True:
        asked = time.monotonic()
        if not await member.gets_in():
            return True
        if asked > since + BOUND:
            return False
        await asyncio.sleep(STEP)


def told(answer: Response, status: int = 204) -> None:
    assert answer.status_code == status, answer.text


async def by_logout(member: Member, pair: Pair) -> None:
    told(await member.ask("POST", "/logout"))


async def by_its_refresh_token(member: Member, pair: Pair) -> None:
    body = {"refresh_token": member.refresh_token}
    told(await call(pair.here.client, "POST", "/logout", body))


async def by_another_session(member: Member, pair: Pair) -> None:
    other = await member.again()
    told(await other.ask("DELETE", f"/sessions/{session_of(member)}"))
    assert await other.at(pair.there.client).gets_in()


async def by_its_own_hand(member: Member, pair: Pair) -> None:
    told(await member.ask("DELETE", f"/sessions/{session_of(member)}"))


async def by_a_new_password(member: Member, pair: Pair) -> None:
    other = await member.again()
    assert await other.at(pair.there.client).gets_in()
    told(await other.ask("POST", "/password", {"current": PASSWORD, "new": WRONG}))
    for api in (pair.here, pair.there):
        assert await other.at(api.client).gets_in()
    assert await (await other.next()).gets_in()


async def by_a_reuse(member: Member, pair: Pair) -> None:
    await (await member.next()).next()
    told(await refresh(pair.here.client, member.refresh_token), 401)


async def by_erasing_the_account(member: Member, pair: Pair) -> None:
    other = await member.again()
    told(await other.ask("POST", "/me/erase", {"password": PASSWORD}))
    assert not await other.gets_in()


ENDINGS: dict[str, Callable[[Member, Pair], Awaitable[None]]] = {
    ending.__name__: ending
    for ending in (
        by_logout,
        by_its_refresh_token,
        by_another_session,
        by_its_own_hand,
        by_a_new_password,
        by_a_reuse,
        by_erasing_the_account,
    )
}


async def ended(pair: Pair, how: str) -> list[str]:
    """Where a session that was ended `here` is not dead as it has to be."""
    member = await register(pair.here)
    abroad = member.at(pair.there.client)
    assert await member.gets_in()
    assert await abroad.gets_in()

    await ENDINGS[how](member, pair)
    since = time.monotonic()

    alive = ["here"] if await member.gets_in() else []
    alive += ["there, to go on"] if await abroad.goes_on() else []
    alive += [] if await refused_in_time(abroad, since) else ["there"]
    return alive


async def test_T33_an_ended_session_is_dead_at_once_here_and_in_a_second_there(pair: Pair) -> None:
    alive = await asyncio.gather(*(ended(pair, how) for how in ENDINGS))

    assert dict(zip(ENDINGS, alive, strict=True)) == {how: [] for how in ENDINGS}


async def test_T33_a_disabled_account_is_out_in_a_second_everywhere(pair: Pair) -> None:
    ann, bob = await register(pair.here), await register(pair.here)
    seen = [member.at(api.client) for member in (ann, bob) for api in (pair.here, pair.there)]
    assert all([await member.gets_in() for member in seen])

    async with beside(pair.url) as operator:
        await disable(operator, ann.email)
    since = time.monotonic()

    out = await asyncio.gather(*(refused_in_time(member, since) for member in seen[:2]))
    assert out == [True, True]
    assert all([await member.gets_in() for member in seen[2:]])


async def test_T33_a_token_of_an_erased_account_is_a_bad_token_everywhere(pair: Pair) -> None:
    ann = await register(pair.here)
    abroad = ann.at(pair.there.client)
    assert await abroad.gets_in()

    told(await ann.ask("POST", "/me/erase", {"password": PASSWORD}))

    for answer in (await ann.ask("GET", "/me"), await abroad.ask("GET", "/me")):
        assert refusal(answer) == (401, "unauthorized")


async def test_T33_tasks_are_out_of_reach_just_as_soon(pair: Pair) -> None:
    ann = await register(pair.here)
    abroad = ann.at(pair.there.client).user
    await abroad.create()

    told(await ann.ask("POST", "/logout"))
    since = time.monotonic()
    while (answer := await abroad.send("POST", json={"title": "x"})).status_code == 201:
        assert time.monotonic() < since + BOUND + STEP
        await asyncio.sleep(STEP)

    assert answer.status_code == 401
    assert (await ann.user.send("GET")).status_code == 401


async def test_a_session_that_one_began_is_live_at_once_at_the_other(pair: Pair) -> None:
    ann = await register(pair.here)

    assert await ann.at(pair.there.client).gets_in()
    there = await ann.at(pair.there.client).next()
    assert await there.at(pair.here.client).gets_in()
    assert await (await there.at(pair.here.client).next()).gets_in()


async def test_R03_many_refreshes_at_both_leave_one_chain(pair: Pair) -> None:
    ann = await register(pair.here)
    clients = [pair.here.client, pair.there.client] * 8

    answers = await asyncio.gather(*(refresh(client, ann.refresh_token) for client in clients))

    assert {answer.status_code for answer in answers} == {200}
    (token,) = {answer.json()["refresh_token"] for answer in answers}
    second = Member(pair.there.client, ann.email, answers[0].json())
    assert second.refresh_token == token
    assert await (await second.next()).gets_in()
    told(await refresh(pair.here.client, ann.refresh_token), 401)
    assert not await second.at(pair.here.client).goes_on()
