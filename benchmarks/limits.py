"""What it costs to count a request: `python -m benchmarks.limits --help`.

Microseconds of a take in this process's memory, and in a Redis on the same machine through the
adapter; beside it the least that a round trip to that Redis costs, a PING through the same client.
Of many short rounds the best counts, which others on the machine disturbed least.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

from redis.asyncio import Redis

from adapters.limits.memory import MemoryLimiter
from adapters.limits.redis import RedisLimiter
from application.limits import Rate
from tests.redis_server import RedisServer

_RATE = Rate(1200, 60)
_CALLERS = 10_000
_ROUNDS = 30

Ask = Callable[[str], Awaitable[object]]


def main() -> None:
    arguments = _arguments()
    with RedisServer() as server:
        asyncio.run(_measure(server.url, arguments.takes, arguments.at_once))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--takes", type=int, default=1000, help="in each of the rounds")
    parser.add_argument("--at-once", type=int, default=16, help="requests at the same time")
    return parser.parse_args()


async def _measure(url: str, takes: int, at_once: int) -> None:
    client = Redis.from_url(url, protocol=2)
    limiter = RedisLimiter(url, _RATE)
    await limiter.open()

    async def ping(_: str) -> object:
        return await client.ping()

    asked: dict[str, Ask] = {
        "memory": MemoryLimiter(_RATE).take,
        "Redis": limiter.take,
        "a PING": ping,
    }
    print(f"| µs | one at a time | {at_once} at once |\n|---|---|---|")
    for name, ask in asked.items():
        alone = min([await _round(ask, takes, 1) for _ in range(_ROUNDS)])
        together = min([await _round(ask, takes, at_once) for _ in range(_ROUNDS)])
        print(f"| {name} | {alone:.1f} | {together:.1f} |", flush=True)
    await limiter.close()
    await client.aclose()


async def _round(ask: Ask, takes: int, at_once: int) -> float:
    """Microseconds for each of so many takes."""
    numbers = iter(range(takes))

    async def caller() -> None:
        for number in numbers:
            await ask(f"user {number % _CALLERS}")

    start = perf_counter()
    await asyncio.gather(*(caller() for _ in range(at_once)))
    return (perf_counter() - start) / takes * 1e6


if __name__ == "__main__":
    main()
