"""That this worker will soon be stopped, for everybody who should act on it."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import parent_process

from application.ports import Lasting

_LOOK = 1.0  # seconds between two looks for the process that started this one


class Leaving(Lasting):
    """Told by `SIGUSR1`, from the process that started this one; or when that is gone.

    In the first case it ends this one after a while. In the second nobody is left to do it, and
    a worker that serves on would hold the port and the database, so it ends itself.
    """

    def __init__(self) -> None:
        self.now = False
        self._told: list[Callable[[], None]] = []
        self._watching: asyncio.Task[None] | None = None

    def tell(self, whom: Callable[[], None]) -> None:
        """Call that once this worker is leaving."""
        self._told.append(whom)

    def leave(self) -> None:
        """Begin to leave."""
        self.now = True
        for whom in self._told:
            whom()

    async def open(self) -> None:
        self.now = False
        with suppress(NotImplementedError, RuntimeError):  # no such signals, or not the main thread
            asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self.leave)
            # Blocked since the fork, so that a word that came early is heard now.
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
        if (parent := parent_process()) is not None and parent.pid is not None:
            self._watching = asyncio.create_task(self._watch(parent.pid))

    async def close(self) -> None:
        self.leave()
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        self._watching = None

    async def _watch(self, parent: int) -> None:
        while os.getppid() == parent:  # noqa: ASYNC110 - nobody tells us of this
            await asyncio.sleep(_LOOK)
        self.leave()
        os.kill(os.getpid(), signal.SIGTERM)
