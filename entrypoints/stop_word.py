"""The word to stop, while a server is being started and has no way of its own to hear it."""

import signal
import sys


class StopWord:
    """Ends the process at SIGTERM, from now on.

    What a signal's handler raises is lost where the garbage collector has just called something
    back; therefore `check` heeds it once more.
    """

    def __init__(self) -> None:
        self._said = False
        signal.signal(signal.SIGTERM, self._hear)

    def check(self) -> None:
        """End the process if it was told to."""
        if self._said:
            sys.exit(0)

    def _hear(self, *_: object) -> None:
        self._said = True
        self.check()
