"""Room on connections, for which nobody waits for long."""

import asyncio
from time import perf_counter

from application.errors import Unavailable
from application.metering import CONNECTION_SECONDS, Meter

_PATIENCE = 2.0  # seconds


class Room:
    """Room for so many at once; how long somebody waited for it is metered."""

    def __init__(self, size: int, meter: Meter) -> None:
        self._meter = meter
        self._left = asyncio.Semaphore(size)

    async def enter(self) -> None:
        """Take some. Raises `Unavailable` where none was left for too long."""
        if self._left.locked():
            await self._wait()
        else:
            await self._left.acquire()

    def leave(self) -> None:
        """Give it back."""
        self._left.release()

    async def _wait(self) -> None:
        began = perf_counter()
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._left.acquire()
        except TimeoutError:
            raise Unavailable("PostgreSQL: all connections are taken") from None
        finally:
            self._meter.time(CONNECTION_SECONDS, perf_counter() - began)
