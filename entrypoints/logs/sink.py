"""Where lines go, without anybody waiting for it."""

import atexit
import logging
import os
import threading
import time
from collections import deque
from multiprocessing.util import Finalize

_GATHER = 0.02  # seconds in which lines are gathered into one write
_MOST_WAITING = 10_000  # lines; more are dropped and counted, as nobody reads that fast
_LAST_WORDS = 1.0  # seconds, at exit, for what is still to be written


class Sink:
    """Writes lines to a file descriptor in a thread, so that a reader who stalls stalls nobody.

    A reader who is gone, a disk that is full: the lines are lost and `dropped` counts them.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: deque[bytes] = deque()
        self._news = threading.Event()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._torn = False  # whether the last line that was written has no end
        self.dropped = 0
        os.register_at_fork(after_in_child=self._begin_anew)

    def write(self, line: bytes) -> None:
        """Hand over a line, with its end."""
        if len(self._lines) >= _MOST_WAITING:
            self.dropped += 1
            return
        self._lines.append(line)
        if not self._news.is_set():
            self._news.set()
        if self._thread is None:
            self._begin()

    def flush(self, patience: float = _LAST_WORDS) -> None:
        """Wait until everything is written, but not for ever."""
        deadline = time.monotonic() + patience
        while self._lines and self._thread is not None and time.monotonic() < deadline:
            time.sleep(_GATHER / 4)
        if self._writing.acquire(timeout=max(0.0, deadline - time.monotonic())):
            self._writing.release()

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()
        atexit.register(self.flush)
        Finalize(self, self.flush, exitpriority=0)  # processes of multiprocessing know only this

    def _run(self) -> None:
        while True:
            self._news.wait()
            time.sleep(_GATHER)
            self._news.clear()
            with self._writing:
                self._write_all()

    def _write_all(self) -> None:
        batch = []
        while self._lines:
            batch.append(self._lines.popleft())
        rest = memoryview((b"\n" if self._torn else b"") + b"".join(batch))
        whole = len(rest)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            self._torn = False
        except OSError:
            self.dropped += len(batch)
            self._torn = self._torn or len(rest) < whole

    def _begin_anew(self) -> None:
        """In a process just forked: the thread stayed behind, and what waits is written there."""
        self._lines.clear()
        self._news = threading.Event()
        self._writing = threading.Lock()
        self._thread = None
        self.dropped = 0


STDERR = Sink(2)


class SinkHandler(logging.Handler):
    """Hands records to standard error's sink. It raises nothing, whatever the record."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - what cannot be said must not break what is done
            STDERR.dropped += 1
            return
        STDERR.write(line.encode("utf-8", "backslashreplace") + b"\n")

    def flush(self) -> None:
        STDERR.flush()
