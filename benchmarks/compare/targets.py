"""What Taskhaven has to reach, with all of its features on and one worker each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.compare.floor import Floor
from benchmarks.compare.rounds import Runs
from benchmarks.compare.scenarios import COMPLETE, GET, LIST, POST, SHARED
from benchmarks.compare.systems import (
    FASTAPI,
    FASTIFY_PG,
    SQLITE3,
    TASKHAVEN_ON_POSTGRESQL,
    TASKHAVEN_ON_SQLITE,
)

FLOORS = frozenset({Floor.name, SQLITE3})

_LEAST: Mapping[tuple[str, str], float] = {
    (GET, FASTAPI): 12,
    (LIST, FASTAPI): 11,
    (POST, FASTAPI): 8,
    (COMPLETE, FASTAPI): 8,
    (GET, FASTIFY_PG): 1,
    (LIST, FASTIFY_PG): 2,
    (POST, FASTIFY_PG): 1,
    (GET, Floor.name): 0.25,
    (LIST, Floor.name): 0.30,
    (POST, Floor.name): 0.30,
    (GET, SQLITE3): 0.70,
    (LIST, SQLITE3): 0.70,
}
"""Requests a second as a multiple of the other's, by the names of scenario and system."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target, what became of it, and whether it was hit."""

    aim: str
    found: str
    hit: bool


def rate(runs: Runs, scenario: str, system: str) -> float | None:
    """Requests a second, the median of the rounds, if it was asked."""
    found = runs.get((scenario, system))
    return median(run.rate for run in found) if found else None


def ratio(runs: Runs, scenario: str, other: str) -> float | None:
    """Ours as a multiple of the other's: that of ours which has the other's storage."""
    ours = rate(
        runs, scenario, TASKHAVEN_ON_SQLITE if other == SQLITE3 else TASKHAVEN_ON_POSTGRESQL
    )
    theirs = rate(runs, scenario, other)
    return None if ours is None or theirs is None else ours / theirs


def shown(ratio: float, other: str) -> str:
    """As a share of a floor, or as a multiple of a peer."""
    return f"{ratio:.1%}" if other in FLOORS else f"{ratio:.1f} times"


def verdicts(runs: Runs) -> Iterator[Verdict]:
    """One for each target whose rivals were measured."""
    for (scenario, other), least in _LEAST.items():
        found = ratio(runs, scenario, other)
        if found is not None:
            aim = f"{scenario} against {other} at least {shown(least, other)}"
            yield Verdict(aim, shown(found, other), found >= least)
    for scenario in SHARED:
        ours = p99(runs, scenario, TASKHAVEN_ON_POSTGRESQL)
        theirs = [p99(runs, scenario, peer) for peer in (FASTAPI, FASTIFY_PG)]
        known = [each for each in theirs if each is not None]
        if ours is not None and known:
            aim = f"{scenario}: p99 below the peers'"
            found_ = f"{ours:.1f} ms against {' and '.join(f'{each:.1f}' for each in known)}"
            yield Verdict(aim, found_, ours < min(known))


def p99(runs: Runs, scenario: str, system: str) -> float | None:
    """Milliseconds, the median of the rounds, if it was asked."""
    found = [run.p99 for run in runs.get((scenario, system), ()) if run.p99 is not None]
    return median(found) if found else None
