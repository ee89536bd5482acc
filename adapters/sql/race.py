"""Trying again what lost its race."""

import asyncio
import random
from time import monotonic

from application.errors import Busy

_PATIENCE = 2.0  # seconds for a write to win its race (contract §4)
_PAUSE = 0.01  # seconds at most before the next try, drawn at random so that rivals part ways


class Race:
    """A write's tries against other writers, for as long as it has patience."""

    def __init__(self) -> None:
        self._deadline = monotonic() + _PATIENCE

    async def again(self) -> None:
        """Wait a little before the next try. Raises `Busy` where there is to be none."""
        if monotonic() > self._deadline:
            raise Busy
        await asyncio.sleep(random.random() * _PAUSE)  # noqa: S311 - no secret
