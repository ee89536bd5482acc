"""What becomes of limits while the store that all share is away, or asked too much."""

import asyncio
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.limits.memory import MemoryLimiter
from adapters.limits.outage import Breaker, NearFirst
from adapters.metrics.prometheus import PrometheusMeter
from application.errors import Crowded, LimitsUnavailable
from application.limits import Limiter, Rate, Standing, standing
from tests.postgres_server import PATIENCE

RATE = Rate(5, 60)


class Store(Limiter):
    """Answers, or says that it is away; or keeps whoever asks waiting until it is let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False
        self.crowded = False
        self.hold: asyncio.Event | None = None

    async def take(self, whom: str) -> Standing:
        self.asked += 1
        if self.hold:
            await self.hold.wait()
        if self.away:
            raise LimitsUnavailable("ConnectionError")
        if self.crowded:
            raise Crowded
        return standing(RATE, 12)


class Counted(Limiter):
    """Another one, and how often it was asked."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self.asked = 0

    async def take(self, whom: str) -> Standing:
        self.asked += 1
        return await self._limiter.take(whom)


class Seconds:
    """A clock that stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def breaker(store: Store, seconds: Seconds) -> Breaker:
    return Breaker(store, seconds)


async def answers(limiter: Limiter) -> bool:
    try:
        await limiter.take("alice")
    except LimitsUnavailable:
        return False
    return True


async def test_one_that_is_there_is_asked_each_time(store: Store, breaker: Breaker) -> None:
    assert [await answers(breaker) for _ in range(5)] == [True] * 5
    assert store.asked == 5


async def test_F22_one_that_is_away_is_asked_once_a_second(
    store: Store, breaker: Breaker, seconds: Seconds
) -> None:
    store.away = True

    for second in range(1, 4):
        assert [await answers(breaker) for _ in range(10)] == [False] * 10
        assert store.asked == second
        seconds.now += 1


async def test_one_that_is_back_is_asked_again(
    store: Store, breaker: Breaker, seconds: Seconds
) -> None:
    store.away = True
    await answers(breaker)
    store.away = False

    assert not await answers(breaker)
    seconds.now += 1

    assert [await answers(breaker) for _ in range(5)] == [True] * 5


async def test_one_request_at_a_time_tries_it(
    store: Store, breaker: Breaker, seconds: Seconds
) -> None:
    store.away = True
    await answers(breaker)
    seconds.now += 1
    store.hold = asyncio.Event()

    trying = asyncio.create_task(answers(breaker))
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        assert [await answers(breaker) for _ in range(10)] == [False] * 10
    store.away = False
    store.hold.set()

    assert await trying
    assert store.asked == 2
    assert await answers(breaker)


async def test_an_answer_from_before_it_went_does_not_bring_it_back(
    store: Store, breaker: Breaker
) -> None:
    store.hold = asyncio.Event()
    early = asyncio.create_task(answers(breaker))
    await asyncio.sleep(0)
    held, store.hold, store.away = store.hold, None, True
    assert not await answers(breaker)

    store.away = False
    held.set()

    assert await early
    assert not await answers(breaker)


async def test_a_client_that_goes_away_while_it_tries_keeps_nobody_out_for_good(
    store: Store, breaker: Breaker, seconds: Seconds
) -> None:
    store.away = True
    await answers(breaker)
    seconds.now += 1
    store.hold, store.away = asyncio.Event(), False
    trying = asyncio.create_task(answers(breaker))
    await asyncio.sleep(0)
    trying.cancel()
    await asyncio.wait([trying])
    store.hold = None

    assert not await answers(breaker)
    seconds.now += 1

    assert await answers(breaker)


async def test_going_and_coming_are_told_once_each(
    store: Store, breaker: Breaker, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    for away in (True, True, False, False):
        store.away = away
        for _ in range(10):
            await answers(breaker)
            seconds.now += 0.5

    told = [(r.name, r.levelno, r.getMessage()) for r in caplog.records]
    assert told == [
        (
            "taskhaven.limits",
            logging.WARNING,
            "the shared limits are away (ConnectionError): each process counts for itself, and"
            " logins are refused",
        ),
        ("taskhaven.limits", logging.WARNING, "the shared limits are back"),
    ]


async def test_one_that_too_many_ask_is_not_away(store: Store, breaker: Breaker) -> None:
    store.crowded = True
    with pytest.raises(Crowded):
        await breaker.take("alice")
    store.crowded = False

    assert await answers(breaker)


async def test_whoever_still_waits_for_one_that_went_away_is_told(
    store: Store, breaker: Breaker
) -> None:
    store.hold = asyncio.Event()
    waiting = asyncio.create_task(answers(breaker))
    await asyncio.sleep(0)
    held, store.hold, store.away = store.hold, None, True
    await answers(breaker)
    store.away, store.crowded = False, True
    held.set()

    assert not await waiting


async def test_B03_meanwhile_there_still_is_a_limit(store: Store, breaker: Breaker) -> None:
    limiter = NearFirst(breaker, MemoryLimiter(RATE, lambda: 1000.0))
    store.away = True

    found = [(await limiter.take("alice")).allowed for _ in range(6)]

    assert found == [True] * 5 + [False]


@pytest.mark.parametrize("strict", [False, True])
async def test_B03_while_too_many_ask_there_still_is_a_limit(
    store: Store, breaker: Breaker, strict: bool
) -> None:
    limiter = NearFirst(breaker, MemoryLimiter(RATE, lambda: 1000.0), strict=strict)
    store.crowded = True

    found = [(await limiter.take("alice")).allowed for _ in range(6)]

    assert found == [True] * 5 + [False]


async def test_B03_strictly_nothing_goes_on_while_it_is_away(
    store: Store, breaker: Breaker
) -> None:
    store.away = True

    assert not await answers(NearFirst(breaker, MemoryLimiter(RATE), strict=True))


async def test_whoever_is_over_the_rate_here_costs_nothing_there() -> None:
    shared = Counted(MemoryLimiter(RATE, lambda: 1000.0))
    limiter = NearFirst(shared, MemoryLimiter(RATE, lambda: 1000.0))

    found = await asyncio.gather(*(limiter.take("alice") for _ in range(1000)))

    assert sum(standing.allowed for standing in found) == shared.asked == 5
    assert (await limiter.take("bob")).allowed


async def test_what_is_refused_there_is_refused_here_until_it_would_be_allowed_there(
    seconds: Seconds,
) -> None:
    shared = Counted(MemoryLimiter(RATE, seconds))
    for _ in range(5):
        await shared.take("alice")
    seconds.now += 4
    limiter = NearFirst(shared, MemoryLimiter(RATE, seconds))

    found = [await limiter.take("alice") for _ in range(10)]

    assert shared.asked == 5 + 1
    assert {(each.left, each.full_in, each.wait) for each in found} == {(0, 56, 8)}
    seconds.now += 8
    assert (await limiter.take("alice")).allowed


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 30)), max_size=60))
async def test_two_processes_refuse_what_one_would(steps: list[tuple[int, float]]) -> None:
    seconds = Seconds()
    alone, shared = MemoryLimiter(RATE, seconds), MemoryLimiter(RATE, seconds)
    processes = [NearFirst(shared, MemoryLimiter(RATE, seconds)) for _ in range(2)]

    for process, pause in steps:
        seconds.now += pause
        found = await processes[process].take("alice")

        expected = await alone.take("alice")
        assert (found.allowed, found.left) == (expected.allowed, expected.left)
        assert (found.full_in, found.wait) == pytest.approx((expected.full_in, expected.wait))


async def test_B03_that_it_is_away_can_be_seen_in_the_figures(
    store: Store, seconds: Seconds
) -> None:
    meter = PrometheusMeter()
    breaker = Breaker(store, seconds, meter)

    seen = []
    for away in (False, True, False):
        store.away = away
        await answers(breaker)
        seen.append("taskhaven_limits_away 1.0" in meter.text().decode())
        seconds.now += 2

    assert seen == [False, True, False]


async def test_B03_one_that_answers_others_meanwhile_is_not_away(
    store: Store, seconds: Seconds
) -> None:
    breaker = Breaker(store, seconds)
    store.hold = asyncio.Event()
    unlucky = asyncio.create_task(breaker.take("unlucky"))
    await asyncio.sleep(0)
    hold, store.hold = store.hold, None

    seconds.now += 0.1
    await breaker.take("lucky")
    store.away = True
    hold.set()

    with pytest.raises(Crowded):
        await unlucky
    store.away = False
    assert (await breaker.take("lucky")).allowed
