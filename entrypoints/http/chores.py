"""What has to be done now and then while the service runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from application.errors import StorageError

Chore = Callable[[], Awaitable[None]]

_EVERY = 3600.0  # seconds
_log = logging.getLogger("taskhaven.chores")


@asynccontextmanager
async def doing(chores: Sequence[Chore]) -> AsyncIterator[None]:
    """Do the chores at once and then every hour, for the length of the block."""
    task = asyncio.create_task(_again_and_again(chores))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _again_and_again(chores: Sequence[Chore]) -> None:
    while True:
        for chore in chores:
            try:
                await chore()
            except StorageError as error:
                _log.warning("a chore was left for later: %s", error)
            except Exception:  # noqa: BLE001 - the other chores are no worse for it
                _log.exception("a chore failed")
        await asyncio.sleep(_EVERY)
