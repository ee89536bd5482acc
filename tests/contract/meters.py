"""Meters as the contract meets them: in this process, and in others that share a folder."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Self

from adapters.metrics.prometheus import FOLDER
from application.metering import Counter, Figure, Gauge, Meter, Timing

PATIENCE = 20.0


class MeterElsewhere(Meter):
    """The meter of a child process that shares `folder` with its like."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.contract.metered"],
            env={**os.environ, FOLDER: str(folder)},
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def count(self, counter: Counter, *labels: str, by: float = 1) -> None:
        self._tell("count", counter, by, labels)

    def time(self, timing: Timing, seconds: float, *labels: str) -> None:
        self._tell("time", timing, seconds, labels)

    def set(self, gauge: Gauge, value: float, *labels: str) -> None:
        self._tell("set", gauge, value, labels)

    def text(self) -> bytes:
        return str(self._ask("text")).encode()

    def spin(self, counter: Counter) -> None:
        """Let a counter grow without end."""
        self._ask("spin", counter.name)

    def kill(self) -> None:
        """End the process without a warning."""
        self._process.kill()
        self._process.communicate(timeout=PATIENCE)

    def end(self) -> None:
        """Let the process end by itself."""
        if self._process.poll() is None:
            self._process.communicate(timeout=PATIENCE)

    def _tell(self, what: str, figure: Figure, value: float, labels: tuple[str, ...]) -> None:
        self._ask(what, figure.name, value, labels)

    def _ask(self, *what: object) -> object:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())
