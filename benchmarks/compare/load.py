"""One run of wrk against one system."""

import json
import shutil
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.compare.programs import Failed, run
from benchmarks.compare.scenarios import Scenario

CONNECTIONS = 32

_SCRIPT = Path(__file__).with_name("load.lua")
_SLOWEST = 20  # seconds of an answer: whoever is slow is slow, not wrong
_NUMBERS = 10**8  # that a body has room for
_STRIDE = 200_000  # numbers of a run, more than it needs
_first_numbers = count(0, _STRIDE)


@dataclass(frozen=True, slots=True)
class Answered:
    """What was counted: requests in so many seconds, and percentiles of milliseconds if known."""

    requests: int
    seconds: float
    p50: float | None
    p99: float | None


def missing() -> str | None:
    """Why there can be no load, or None when there can."""
    return None if shutil.which("wrk") else "the program wrk is missing (Debian, Ubuntu: apt)"


def load(port: int, scenario: Scenario, requests: Path, seconds: int) -> Answered:
    """Send the requests of that file on all connections at once for so long. Raises `Failed`."""
    said = _wrk(port, scenario, requests, seconds)
    expected = said["requests"] if scenario.status >= 400 else 0
    if said["requests"] == 0 or said["refused"] != expected or said["broken"]:
        raise Failed(f"{scenario.name}: {said}")
    return Answered(int(said["requests"]), said["seconds"], said["p50"], said["p99"])


def _wrk(port: int, scenario: Scenario, file: Path, seconds: int) -> dict[str, float]:
    # wrk itself counts what is 400 or more; looking at each answer costs it time, so only there.
    exactly = scenario.status if scenario.status >= 300 else 0
    arguments = [str(file), str(exactly), str(next(_first_numbers) % _NUMBERS)]
    if scenario.body is not None:
        arguments.append(scenario.body)
    url = f"http://127.0.0.1:{port}"
    options = [f"-c{CONNECTIONS}", "-t1", f"-d{seconds}s", f"--timeout={_SLOWEST}s"]
    ended = run(["wrk", *options, "-s", str(_SCRIPT), url, "--", *arguments], seconds)
    lines = [line for line in ended.stdout.splitlines() if line.startswith("{")]
    if ended.returncode != 0 or not lines:
        raise Failed(f"{scenario.name}: wrk ended with {ended.returncode}: {ended.stderr[-500:]}")
    said: dict[str, float] = json.loads(lines[-1])
    return said
