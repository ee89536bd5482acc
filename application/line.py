"""Lets a crowd through a few at a time, so that it leaves others some of what all share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary


class Line:
    """At most `width` have their turn at once; the others wait, in the order of their arrival."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The block runs when it is its turn."""
        loop = asyncio.get_running_loop()
        async with self._turns.setdefault(loop, asyncio.Semaphore(self._width)):
            yield
