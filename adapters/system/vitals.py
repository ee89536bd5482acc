"""How a worker process itself is doing."""

import asyncio
import os
import resource
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from application.metering import (
    CPU_SECONDS,
    LOOP_LAG,
    MEMORY,
    OPEN_FILES,
    OPEN_FILES_MOST,
    STARTED,
    WORKERS,
    Gauge,
    Meter,
)
from application.ports import Lasting

_EVERY = 1.0  # seconds
_PAGE = resource.getpagesize()

Reading: TypeAlias = tuple[Gauge, tuple[str, ...], Callable[[], float]]
"""Where a figure is to be had that nobody says by themselves."""


class Vitals(Lasting):
    """Looks every second, and notes how late it was woken for it."""

    def __init__(self, meter: Meter, readings: Sequence[Reading]) -> None:
        self._meter = meter
        self._readings = readings
        self._cpu = 0.0
        self._looking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._meter.set(STARTED, time.time())
        self._meter.set(WORKERS, 1)
        self._meter.set(OPEN_FILES_MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        self._cpu = time.process_time()
        self._look()
        self._looking = asyncio.create_task(self._keep_looking())

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
        self._looking = None
        self._meter.set(WORKERS, 0)

    async def _keep_looking(self) -> None:
        while True:
            due = time.monotonic() + _EVERY
            await asyncio.sleep(_EVERY)
            self._meter.time(LOOP_LAG, max(0.0, time.monotonic() - due))
            self._look()

    def _look(self) -> None:
        used = time.process_time()
        self._meter.count(CPU_SECONDS, by=max(0.0, used - self._cpu))
        self._cpu = used
        with suppress(OSError):  # systems without /proc go without
            pages = Path("/proc/self/statm").read_text().split()[1]
            self._meter.set(MEMORY, int(pages) * _PAGE)
            self._meter.set(OPEN_FILES, len(os.listdir("/proc/self/fd")))  # noqa: PTH208 - quicker
        for gauge, labels, read in self._readings:
            self._meter.set(gauge, read(), *labels)
