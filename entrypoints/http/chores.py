"""What has to be done now and then while the service runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from time import time

from application.errors import StorageError
from application.metering import CHORE_DONE, CHORES, UNMETERED, Meter

Chore = Callable[[], Awaitable[int]]
"""Removes what is due, and returns how much that was."""

_EVERY = 3600.0  # seconds
_log = logging.getLogger("taskhaven.chores")


@asynccontextmanager
async def doing(chores: Mapping[str, Chore], meter: Meter = UNMETERED) -> AsyncIterator[None]:
    """Do the chores at once and then every hour, for the length of the block."""
    task = asyncio.create_task(_again_and_again(chores, meter))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _again_and_again(chores: Mapping[str, Chore], meter: Meter) -> None:
    while True:
        for name, chore in chores.items():
            outcome = await _done(name, chore)
            meter.count(CHORES, name, outcome)
            if outcome == "done":
                meter.set(CHORE_DONE, time(), name)
        await asyncio.sleep(_EVERY)


async def _done(name: str, chore: Chore) -> str:
    try:
        removed = await chore()
    except StorageError as error:
        _log.warning("chore left for later", extra={"said": {"chore": name, "why": str(error)}})
        return "later"
    except Exception:  # noqa: BLE001 - the other chores are no worse for it
        _log.exception("chore failed", extra={"said": {"chore": name}})
        return "failed"
    if removed:
        _log.info("chore done", extra={"said": {"chore": name, "removed": removed}})
    return "done"
