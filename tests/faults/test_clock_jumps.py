"""The clock jumps an hour to and fro (catalogue F15): nothing is lost and nobody is shut out.

Dates are the clock's, and may be an hour off as it is. What only measures how long something takes
does not look at it.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from dependency_injector import providers

from domain.owner import Actor, Owner
from entrypoints.chores import chores_of
from entrypoints.container import Container
from tests.http.accounts import call, living_at, register
from tests.http.answers import refusal
from tests.http.api import Api, Json, User, container, in_process, path_of
from tests.http.clock import Clock
from tests.http.lists import titles

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEEWAY = timedelta(seconds=30)
SECOND = timedelta(seconds=1)
JUMPS = [HOUR, -HOUR]


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC).isoformat())


@pytest.fixture
def made(clock: Clock, database_url: str) -> Container:
    """On every storage in turn, as late as the clock says."""
    made = container(DATABASE_URL=database_url, TRASH_DAYS="30", JOURNAL_DAYS="90")
    made.now.override(providers.Object(clock))
    return made


@pytest.fixture
async def api(made: Container) -> AsyncIterator[Api]:
    async with in_process(made) as api:
        yield api


def somebody(api: Api, clock: Clock) -> User:
    """A user whose token holds whatever the clock says."""
    user = api.user()
    token = api.signer.sign(Actor(Owner(user.subject)), expires_at=clock.at + 365 * DAY)
    return User(api.client, user.subject, token)


@pytest.fixture
def alice(api: Api, clock: Clock) -> User:
    clock.at -= DAY  # so that the token was issued long ago
    user = somebody(api, clock)
    clock.at += DAY
    return user


async def edit(alice: User, task: Json, title: str) -> Json:
    answer = await alice.send("PATCH", path_of(task), json={"title": title})
    assert answer.status_code == 200, answer.text
    edited: Json = answer.json()
    return edited


@pytest.mark.parametrize(
    ("jump", "status"),
    [
        (LEEWAY - SECOND, 200),
        (LEEWAY + SECOND, 401),
        (HOUR, 401),
        (-HOUR - LEEWAY + SECOND, 200),
        (-HOUR - LEEWAY - SECOND, 401),
    ],
)
async def test_F15_a_token_holds_within_the_leeway(
    api: Api, clock: Clock, jump: timedelta, status: int
) -> None:
    bob = api.user()
    token = api.signer.sign(Actor(Owner(bob.subject)), expires_at=clock.at + HOUR)
    user = User(api.client, bob.subject, token)
    clock.at += HOUR  # at whose end the token is over; an hour ago it was made

    clock.at += jump

    assert (await user.send("GET")).status_code == status


@pytest.mark.parametrize("jump", JUMPS)
async def test_F15_who_is_logged_in_goes_on(api: Api, clock: Clock, jump: timedelta) -> None:
    ann = await register(api)

    clock.at += jump

    assert not await ann.gets_in()  # too old, or not yet made
    later = await ann.next()
    assert await later.gets_in()
    clock.at -= jump
    assert await (await later.next()).gets_in()


async def test_F15_a_retried_refresh_is_no_theft_because_the_clock_went_back(
    api: Api, clock: Clock
) -> None:
    ann = await register(api)
    later = await ann.next()

    clock.at -= HOUR

    again = await ann.next()
    assert again.refresh_token == later.refresh_token
    assert await (await again.next()).gets_in()


@pytest.mark.parametrize("jump", JUMPS)
async def test_F15_an_ended_session_is_dead_in_a_second_everywhere_all_the_same(
    clock: Clock, durable_url: str, jump: timedelta
) -> None:
    async with (
        living_at(clock, DATABASE_URL=durable_url) as here,
        living_at(clock, DATABASE_URL=durable_url) as there,
    ):
        clock.at += HOUR
        ann = await register(here)
        clock.at += jump
        ann = await ann.next()
        elsewhere = ann.at(there.client)
        assert await elsewhere.gets_in()
        clock.at -= jump

        await call(here.client, "POST", "/logout", {"refresh_token": ann.refresh_token})
        await asyncio.sleep(1)
        clock.at += jump

        assert not await elsewhere.gets_in()


async def test_F15_what_changed_later_says_so_and_sync_misses_nothing(
    alice: User, clock: Clock
) -> None:
    task = await alice.create("0")
    since = (await alice.send("GET", "/changes")).json()["next"]
    seen, versions = [], [task]

    for n, jump in enumerate([HOUR, -HOUR, -HOUR, HOUR, timedelta()], start=1):
        clock.at += jump
        versions.append(await edit(alice, task, str(n)))
        other = await alice.create(f"other {n}")
        told = (await alice.send("GET", f"/changes?since={since}")).json()
        since = told["next"]
        seen += [change["id"] for change in told["changes"]]
        assert {task["id"], other["id"]} == {*seen[-2:]}

    changed = [version["updated_at"] for version in versions]
    assert changed == sorted({*changed})
    assert [version["version"] for version in versions] == [1, 2, 3, 4, 5, 6]
    assert len(seen) == 10
    everything = (await alice.send("GET", "/changes?limit=500")).json()["changes"]
    there = (await alice.send("GET", "/tasks?limit=500")).json()
    assert {change["id"] for change in everything} == {task["id"] for task in there}


@pytest.mark.parametrize("jump", JUMPS)
async def test_F15_pages_miss_nobody_who_was_there(
    alice: User, clock: Clock, jump: timedelta
) -> None:
    there = [(await alice.create(str(n)))["id"] for n in range(6)]

    first = await alice.send("GET", "/tasks?limit=3")
    clock.at += jump
    await alice.create("new")
    link = first.headers["link"][1:].partition(">")[0]
    rest = await alice.send("GET", link.removeprefix(alice.base).replace("limit=3", "limit=9"))

    found = [task["id"] for task in [*first.json(), *rest.json()]]
    assert {*there} <= {*found}
    assert len(found) == len({*found})


async def test_F15_a_limit_counts_by_a_clock_that_does_not_jump(clock: Clock) -> None:
    made = container(RATE_LIMIT="5/hour")
    made.now.override(providers.Object(clock))
    async with in_process(made) as api:
        alice = somebody(api, clock)
        for _ in range(5):
            assert (await alice.send("GET")).status_code == 200

        clock.at += 2 * HOUR
        later = await alice.send("GET")
        clock.at -= 2 * HOUR
        again = await alice.send("GET")

    assert [refusal(answer) for answer in (later, again)] == [(429, "too_many_requests")] * 2
    assert 700 < int(again.headers["retry-after"]) <= 720


async def test_F15_what_is_due_follows_the_clock(api: Api, clock: Clock) -> None:
    clock.at = datetime(2026, 3, 1, tzinfo=UTC)
    alice = somebody(api, clock)
    clock.at = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
    for day in ("2026-03-09", "2026-03-10", "2026-03-11"):
        await alice.create(day, due_date=day)
    asked = {"due": "today"}, {"due": "overdue"}

    found = []
    for jump in (timedelta(), -HOUR, HOUR, 24 * HOUR, -24 * HOUR):
        clock.at += jump
        found.append([sorted(await titles(alice, **each)) for each in asked])

    at_first = [["2026-03-10"], ["2026-03-09"]]
    tomorrow = [["2026-03-11"], ["2026-03-09", "2026-03-10"]]
    assert found == [at_first, [["2026-03-09"], []], at_first, tomorrow, at_first]


@pytest.mark.parametrize("there", [True, False])
async def test_F15_nothing_is_erased_early_because_the_clock_went_back(
    alice: User, clock: Clock, made: Container, there: bool
) -> None:
    task, chores = await alice.create(), chores_of(made)
    await edit(alice, task, "new")
    if not there:
        await alice.send("DELETE", path_of(task))

    clock.at += 30 * DAY - 2 * SECOND
    for jump in (timedelta(), -HOUR, HOUR):
        clock.at += jump
        await asyncio.gather(chores["trash"](), chores["journals"](), chores["receipts"]())

    if not there:
        assert (await alice.send("POST", f"{path_of(task)}/restore")).status_code == 200
    history = await alice.send("GET", f"{path_of(task)}/history")
    steps = [entry["version"] for entry in history.json()]
    assert steps == ([2, 1] if there else [4, 3, 2, 1])


@pytest.mark.parametrize("jump", JUMPS)
async def test_F15_a_write_that_is_sent_again_is_still_one(
    alice: User, clock: Clock, jump: timedelta
) -> None:
    key = {"idempotency-key": "one-and-the-same"}

    once = await alice.send("POST", json={"title": "x"}, headers=key)
    clock.at += jump
    again = await alice.send("POST", json={"title": "x"}, headers=key)

    assert (again.status_code, again.text) == (201, once.text)
    assert len((await alice.send("GET")).json()) == 1
