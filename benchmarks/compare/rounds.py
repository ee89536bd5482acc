"""Every scenario of every system in turns, so that what disturbs the machine disturbs all alike."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from benchmarks.compare import usage
from benchmarks.compare.load import Answered
from benchmarks.compare.programs import Failed
from benchmarks.compare.scenarios import Scenario

_PAUSE = 0.2  # seconds for what the run before left to be done


@dataclass(frozen=True, slots=True)
class Entrant:
    """What is asked: whether it knows a scenario, how to ask it, and what to do after each run.

    `pid` is that of its server, `database` that of the PostgreSQL behind it, where there is one.
    """

    name: str
    knows: Callable[[Scenario], bool]
    ask: Callable[[Scenario, int], Answered]
    after: Callable[[], None] = lambda: None
    pid: int | None = None
    database: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Requests a second, percentiles in milliseconds, and microseconds of processor a request."""

    rate: float
    p50: float | None
    p99: float | None
    server: float | None
    database: float | None


Runs: TypeAlias = Mapping[tuple[str, str], Sequence[Run]]
"""By the names of scenario and system, one of each round."""


def run_rounds(
    entrants: Sequence[Entrant], scenarios: Sequence[Scenario], rounds: int, seconds: int
) -> Runs:
    """All of it. Raises `Failed`."""
    runs: dict[tuple[str, str], list[Run]] = defaultdict(list)
    began = time.monotonic()
    for round_ in range(rounds):
        first = round_ % len(entrants)
        for scenario in scenarios:
            for entrant in [*entrants[first:], *entrants[:first]]:
                if entrant.knows(scenario):
                    runs[scenario.name, entrant.name].append(_run(entrant, scenario, seconds))
        took = time.monotonic() - began
        print(f"round {round_ + 1} of {rounds}, after {took:.0f} s", flush=True)
    return runs


def warm_up(entrants: Sequence[Entrant], scenarios: Sequence[Scenario]) -> None:
    """A second of each, which does not count. Raises `Failed`."""
    for scenario in scenarios:
        for entrant in entrants:
            if entrant.knows(scenario):
                _run(entrant, scenario, 1)


def _run(entrant: Entrant, scenario: Scenario, seconds: int) -> Run:
    time.sleep(_PAUSE)
    before = _spent(entrant.pid), _spent(entrant.database)
    try:
        answered = entrant.ask(scenario, seconds)
    except Failed as failed:
        raise Failed(f"{entrant.name}, {failed}") from None
    finally:
        entrant.after()
    after = _spent(entrant.pid), _spent(entrant.database)
    server, database = (
        None if one is None or other is None else (other - one) / answered.requests * 1e6
        for one, other in zip(before, after, strict=True)
    )
    rate = answered.requests / answered.seconds
    return Run(rate, answered.p50, answered.p99, server, database)


def _spent(pid: int | None) -> float | None:
    return None if pid is None else usage.seconds(pid)
