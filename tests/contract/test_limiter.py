"""`Limiter` on every store: a sliding window that holds for any stretch of time.

All rates are slow: a Redis drops what is over by real time, not by the tests' clock.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from application.limits import Rate
from tests.contract.counting import KINDS, Counting, InMemory, InRedis, be_patient, taken
from tests.redis_server import RedisServer

HOUR, DAY = 3600, 86_400
TEN = Rate(10, HOUR)

rates = st.builds(Rate, st.integers(1, 50), st.sampled_from([HOUR, DAY]))
pauses = st.floats(0, HOUR / 2)
takes = st.lists(st.tuples(st.sampled_from("abc"), st.just(0.0) | pauses), max_size=100)
repeated = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=KINDS)
async def counting(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Counting]:
    if request.param == "memory":
        yield InMemory()
        return
    be_patient(monkeypatch)
    in_redis = InRedis(request.getfixturevalue("redis_server"))
    yield in_redis
    await in_redis.close()


async def test_as_many_as_the_rate_says_are_allowed_at_once_and_no_more(
    counting: Counting,
) -> None:
    limiter = await counting.begin(TEN)

    standings = await taken(limiter, 12)

    assert [standing.allowed for standing in standings] == [True] * 10 + [False] * 2
    assert [standing.left for standing in standings] == [*range(9, -1, -1), 0, 0]
    assert standings[0].full_in == pytest.approx(360)
    assert standings[-1].full_in == pytest.approx(HOUR)
    assert standings[-1].wait == pytest.approx(360)


@pytest.mark.parametrize("requests", [1, 3, 7, 9, 11, 13, 700])
async def test_what_cannot_be_divided_evenly_loses_nothing(
    counting: Counting, requests: int
) -> None:
    limiter = await counting.begin(Rate(requests, DAY))

    standings = await taken(limiter, requests + 1)

    assert [standing.allowed for standing in standings] == [True] * requests + [False]
    assert [standing.left for standing in standings] == [*range(requests - 1, -1, -1), 0]


async def test_after_the_wait_there_is_one_more(counting: Counting) -> None:
    limiter = await counting.begin(TEN)
    refused = (await taken(limiter, 11))[-1]

    counting.pass_by(refused.wait)

    assert [standing.allowed for standing in await taken(limiter, 2)] == [True, False]


async def test_what_was_refused_does_not_count(counting: Counting) -> None:
    limiter = await counting.begin(TEN)
    await taken(limiter, 100)

    counting.pass_by(1080)

    assert [standing.allowed for standing in await taken(limiter, 4)] == [True] * 3 + [False]


async def test_all_are_back_when_it_says_so(counting: Counting) -> None:
    limiter = await counting.begin(TEN)
    last = (await taken(limiter, 3))[-1]

    counting.pass_by(last.full_in)

    assert (await limiter.take("alice")).left == 9


async def test_whoever_was_away_for_long_has_no_more_than_anybody(counting: Counting) -> None:
    limiter = await counting.begin(TEN)
    await taken(limiter, 10)

    counting.pass_by(DAY)

    assert [s.left for s in await taken(limiter, 10)] == [*range(9, -1, -1)]


async def test_nobody_counts_for_somebody_else(counting: Counting) -> None:
    limiter = await counting.begin(Rate(1, HOUR))

    await taken(limiter, 5, "alice")

    assert (await limiter.take("bob")).allowed
    others = [(await limiter.take(f"user {n}")).left for n in range(100)]
    assert others == [0] * 100
    assert not (await limiter.take("alice")).allowed


async def test_B03_of_many_at_once_as_many_are_allowed_as_of_many_in_turn(
    counting: Counting,
) -> None:
    limiter = await counting.begin(Rate(20, HOUR))

    standings = await asyncio.gather(*(limiter.take("alice") for _ in range(50)))

    assert sum(standing.allowed for standing in standings) == 20
    assert sorted(s.left for s in standings if s.allowed) == [*range(20)]


@given(st.lists(pauses, max_size=100))
@repeated
async def test_B03_in_no_stretch_of_time_is_more_than_twice_the_rate_allowed(
    counting: Counting, pauses: list[float]
) -> None:
    limiter = await counting.begin(Rate(5, HOUR))
    allowed, now = [], 0.0
    for pause in pauses:
        counting.pass_by(pause)
        now += pause
        if (await limiter.take("alice")).allowed:
            allowed.append(now)

    for start in allowed:
        assert sum(start <= at < start + HOUR - 1 for at in allowed) <= 10


@given(rates, takes)
@example(Rate(7, HOUR), [("a", 0.0)] * 8)
@repeated
async def test_every_store_says_the_same_of_the_same_requests(
    redis_server: RedisServer,
    monkeypatch: pytest.MonkeyPatch,
    rate: Rate,
    takes: list[tuple[str, float]],
) -> None:
    be_patient(monkeypatch)
    in_redis = InRedis(redis_server)
    stores = [InMemory(), in_redis]
    limiters = [await store.begin(rate) for store in stores]
    for whom, pause in takes:
        for store in stores:
            store.pass_by(round(pause, 6))
        here, there = [await limiter.take(whom) for limiter in limiters]

        assert (here.allowed, here.left) == (there.allowed, there.left)
        assert here.full_in == pytest.approx(there.full_in, abs=1e-5)
        assert here.wait == pytest.approx(there.wait, abs=1e-5)
    await in_redis.close()
