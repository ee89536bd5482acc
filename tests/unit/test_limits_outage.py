"""What becomes of limits while the store that all share is away."""

import asyncio
import logging

import pytest

from adapters.limits.memory import MemoryLimiter
from adapters.limits.outage import Breaker, FallbackLimiter
from adapters.metrics.prometheus import PrometheusMeter
from application.errors import LimitsUnavailable
from application.limits import Limiter, Rate, Standing, standing
from tests.postgres_server import PATIENCE

RATE = Rate(5, 60)


class Store(Limiter):
    """Answers, or says that it is away; or keeps whoever asks waiting until it is let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False
        self.hold: asyncio.Event | None = None

    async def take(self, whom: str) -> Standing:
        self.asked += 1
        if self.hold:
            await self.hold.wait()
        if self.away:
            raise LimitsUnavailable("ConnectionError")
        return standing(RATE, 12)


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


async def test_B03_meanwhile_there_still_is_a_limit(store: Store, breaker: Breaker) -> None:
    limiter = FallbackLimiter(breaker, MemoryLimiter(RATE, lambda: 1000.0))
    assert (await limiter.take("alice")).left == 4  # as the store says, each time
    assert (await limiter.take("alice")).left == 4
    store.away = True

    found = [(await limiter.take("alice")).allowed for _ in range(6)]

    assert found == [True] * 5 + [False]


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
