"""`MemoryLimiter` remembers no more than it may; what it counts, the contract suite tells."""

import pytest

from adapters.limits import memory
from adapters.limits.memory import MemoryLimiter
from application.limits import Rate


@pytest.mark.parametrize("requests", [1, 3, 5, 7, 9, 10, 11, 13, 1200])
@pytest.mark.parametrize("seconds", [1, 60, 3600])
@pytest.mark.parametrize("now", [0.1, 1000.0, 123_456.789, 5_000_000.123])
async def test_what_cannot_be_divided_evenly_loses_nothing(
    requests: int, seconds: int, now: float
) -> None:
    limiter = MemoryLimiter(Rate(requests, seconds), lambda: now)

    standings = [await limiter.take("alice") for _ in range(requests + 1)]

    assert [standing.allowed for standing in standings] == [True] * requests + [False]
    assert [standing.left for standing in standings] == [*range(requests - 1, -1, -1), 0]


async def test_B03_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_MOST", 100)
    limiter = MemoryLimiter(Rate(1, 60), lambda: 1000.0)

    for number in range(1000):
        await limiter.take(f"address {number}")

    assert len(limiter._due) == 100
    assert not (await limiter.take("address 999")).allowed
