"""Lets a crowd through a few at a time, so that it leaves others some of what all share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from application.errors import Crowded


class Line:
    """At most `width` have their turn at once; the others wait, in the order of their arrival.

    No more than `longest` wait.
    """

    def __init__(self, width: int, longest: int) -> None:
        self._width = width
        self._longest = longest
        self._waiting = 0
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The block runs when it is its turn. Raises `Crowded` where too many wait."""
        if self._waiting >= self._longest:
            raise Crowded("too many wait for their turn")
        loop = asyncio.get_running_loop()
        turns = self._turns.setdefault(loop, asyncio.Semaphore(self._width))
        self._waiting += 1
        try:
            await turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            turns.release()
