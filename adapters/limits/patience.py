"""How long to wait for what another process does, when our own may be busy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_LOOKS = 50  # twice what connecting, saying who one is and an answer take


@asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """Raises `TimeoutError` if the block takes longer, but not for what this process is late.

    An event loop that is busy for a second would find every deadline missed, before it saw the
    answer that had come in time. So this one looks 50 times, each in a turn of the loop.
    """
    loop = asyncio.get_running_loop()
    next_look: asyncio.TimerHandle

    def look(left: int) -> None:
        nonlocal next_look
        if left:
            next_look = loop.call_later(seconds / _LOOKS, look, left - 1)
        else:
            limit.reschedule(loop.time())

    async with asyncio.timeout(None) as limit:
        next_look = loop.call_later(seconds / _LOOKS, look, _LOOKS - 1)
        try:
            yield
        finally:
            next_look.cancel()
