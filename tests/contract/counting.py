"""Every `Limiter` there is, by a clock that stands still until it is moved."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import pytest

from adapters.limits import redis
from adapters.limits.memory import MemoryLimiter
from adapters.limits.redis import RedisLimiter
from application.limits import Limiter, Rate, Standing
from tests.postgres_server import PATIENCE
from tests.redis_server import RedisServer

KINDS = ("memory", "redis")
_CLOCK = "taskhaven-test:clock"


class Counting(Protocol):
    """A store for counts, and its clock."""

    @abstractmethod
    async def begin(self, rate: Rate) -> Limiter:
        """A limiter for whom nobody has asked for anything yet."""

    @abstractmethod
    def pass_by(self, seconds: float) -> None:
        """Move the clock."""


class InMemory(Counting):
    """In this process."""

    def __init__(self) -> None:
        self._now = 1000.0

    async def begin(self, rate: Rate) -> Limiter:
        return MemoryLimiter(rate, lambda: self._now)

    def pass_by(self, seconds: float) -> None:
        self._now += seconds


class InRedis(Counting):
    """In a Redis, whose time stands in one of its own keys."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self._open: RedisLimiter | None = None
        self._microseconds = 1_700_000_000_000_000

    async def begin(self, rate: Rate) -> Limiter:
        await self.close()
        self._server.client.flushall()
        self.pass_by(0)
        self._open = RedisLimiter(
            self._server.url, rate, time=f"redis.call('HMGET', '{_CLOCK}', 's', 'us')"
        )
        return self._open

    def pass_by(self, seconds: float) -> None:
        self._microseconds += round(seconds * 1e6)
        s, us = divmod(self._microseconds, 1_000_000)
        self._server.client.hset(_CLOCK, mapping={"s": s, "us": us})

    async def close(self) -> None:
        if self._open is not None:
            await self._open.close()


@asynccontextmanager
async def limiting(server: RedisServer, rate: Rate) -> AsyncIterator[RedisLimiter]:
    """What an instance has that counts in this Redis, by its real time."""
    limiter = RedisLimiter(server.url, rate)
    await limiter.open()
    try:
        yield limiter
    finally:
        await limiter.close()


async def taken(limiter: Limiter, count: int, whom: str = "alice") -> list[Standing]:
    return [await limiter.take(whom) for _ in range(count)]


def be_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine under load is no Redis that is away."""
    monkeypatch.setattr(redis, "_PATIENCE", PATIENCE)
