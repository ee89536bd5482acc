"""How far a command has come, for somebody who sits and waits."""

import sys
from collections.abc import Callable
from time import monotonic
from typing import Self, TextIO

_EVERY = 1.0  # seconds


class Progress:
    """Shows, at most once a second, how far it is; in one line, on a terminal only.

    At the end of its block the line is empty again.
    """

    def __init__(
        self, stream: TextIO | None = None, seconds: Callable[[], float] = monotonic
    ) -> None:
        self._stream = stream or sys.stderr
        self._seconds = seconds
        self._next = seconds() + _EVERY
        self._shown = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._write("")
            self._stream.write("\r")

    def show(self, text: str) -> None:
        """Put the text in the place of the one before, if it is time."""
        if self._seconds() >= self._next and self._stream.isatty():
            self._write(text)
            self._next = self._seconds() + _EVERY

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text:{self._shown}}")
        self._stream.flush()
        self._shown = len(text)


def counted(number: int, one: str, many: str) -> str:
    """So many of something, in words: `12,000 tasks`."""
    return f"{number:,} {one if number == 1 else many}"


def tasks(number: int) -> str:
    """So many tasks, in words."""
    return counted(number, "task", "tasks")
