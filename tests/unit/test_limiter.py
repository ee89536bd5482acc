"""`MemoryLimiter`: a sliding window that holds for any stretch of time, in bounded memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.limits import memory
from adapters.limits.memory import MemoryLimiter
from application.limits import Rate, Standing


class Seconds:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def taken(limiter: MemoryLimiter, count: int, whom: str = "alice") -> list[Standing]:
    return [await limiter.take(whom) for _ in range(count)]


async def test_as_many_as_the_rate_says_are_allowed_at_once_and_no_more() -> None:
    limiter = MemoryLimiter(Rate(10, 60), Seconds())

    standings = await taken(limiter, 12)

    assert [standing.allowed for standing in standings] == [True] * 10 + [False] * 2
    assert [standing.left for standing in standings] == [*range(9, -1, -1), 0, 0]
    assert standings[-1].wait == pytest.approx(6)


async def test_after_the_wait_there_is_one_more() -> None:
    seconds = Seconds()
    limiter = MemoryLimiter(Rate(10, 60), seconds)
    refused = (await taken(limiter, 11))[-1]

    seconds.now += refused.wait + 1e-6

    assert [standing.allowed for standing in await taken(limiter, 2)] == [True, False]


async def test_all_are_back_when_it_says_so() -> None:
    seconds = Seconds()
    limiter = MemoryLimiter(Rate(10, 60), seconds)
    last = (await taken(limiter, 3))[-1]

    seconds.now += last.full_in

    assert (await limiter.take("alice")).left == 9


async def test_nobody_counts_for_somebody_else() -> None:
    limiter = MemoryLimiter(Rate(1, 60), Seconds())

    await taken(limiter, 5, "alice")

    assert (await limiter.take("bob")).allowed


@given(st.lists(st.floats(0, 30), max_size=200))
async def test_B03_in_no_stretch_of_time_is_more_than_twice_the_rate_allowed(
    pauses: list[float],
) -> None:
    seconds = Seconds()
    limiter = MemoryLimiter(Rate(5, 60), seconds)
    allowed = []
    for pause in pauses:
        seconds.now += pause
        if (await limiter.take("alice")).allowed:
            allowed.append(seconds.now)

    for start in allowed:
        assert sum(start <= at < start + 60 for at in allowed) <= 10


async def test_B03_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MOST", 100)
    limiter = MemoryLimiter(Rate(1, 60), Seconds())

    for number in range(1000):
        await limiter.take(f"address {number}")

    assert len(limiter._due) == 100
    assert not (await limiter.take("address 999")).allowed
