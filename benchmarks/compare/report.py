"""The tables, in Markdown, and their place in the page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.compare.floor import Floor
from benchmarks.compare.rounds import Runs
from benchmarks.compare.systems import (
    FASTAPI,
    FASTIFY_PG,
    SQLITE3,
    TASKHAVEN_ON_POSTGRESQL,
    TASKHAVEN_ON_SQLITE,
)
from benchmarks.compare.targets import rate, ratio, shown, verdicts
from benchmarks.compare.usage import Memory

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"

_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Footprint:
    """Seconds from each start to the first 200, and the memory after all rounds."""

    starts: Sequence[float]
    memory: Memory


def report(facts: Iterable[str], how: str, runs: Runs, footprints: Mapping[str, Footprint]) -> str:
    """All of it."""
    parts = [
        [" ".join(facts), how],
        _ratios(runs),
        _targets(runs),
        _absolute(runs),
        _footprints(footprints),
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def write(page: Path, text: str, begin: str = BEGIN, end: str = END) -> None:
    """Put the text between the marks of the page, in place of what is there.

    Raises `ValueError` if they are not there.
    """
    before, rest = page.read_text().split(begin)
    _, after = rest.split(end)
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")


def _ratios(runs: Runs) -> Iterator[str]:
    others = (FASTAPI, FASTIFY_PG, Floor.name, SQLITE3)
    yield _line(
        "Taskhaven, requests/s",
        "PostgreSQL",
        *map(_against, others[:-1]),
        "SQLite",
        _against(SQLITE3),
    )
    yield "|---|" + "---:|" * 6
    for scenario in dict.fromkeys(scenario for scenario, _ in runs):
        shares = [_share(runs, scenario, other) for other in others]
        ours = _rate(runs, scenario, TASKHAVEN_ON_POSTGRESQL)
        yield _line(
            scenario, ours, *shares[:-1], _rate(runs, scenario, TASKHAVEN_ON_SQLITE), shares[-1]
        )


def _against(other: str) -> str:
    return f"share of {other}" if other in {Floor.name, SQLITE3} else f"against {other}"


def _rate(runs: Runs, scenario: str, system: str) -> str:
    found = rate(runs, scenario, system)
    return "" if found is None else f"{found:,.0f}"


def _share(runs: Runs, scenario: str, other: str) -> str:
    found = ratio(runs, scenario, other)
    return "" if found is None else shown(found, other)


def _targets(runs: Runs) -> Iterator[str]:
    yield "| target | found | |"
    yield "|---|---|---|"
    for verdict in verdicts(runs):
        yield _line(verdict.aim, verdict.found, "hit" if verdict.hit else "**missed**")


def _absolute(runs: Runs) -> Iterator[str]:
    yield _line("", "", "requests/s", "p50, ms", "p99, ms", "server, µs", "PostgreSQL, µs")
    yield "|---|---|" + "---:|" * 5
    for (scenario, system), each in runs.items():
        yield _line(
            scenario,
            system,
            _spread([run.rate for run in each], ",.0f"),
            _spread([run.p50 for run in each], ".1f"),
            _spread([run.p99 for run in each], ".1f"),
            _middle([run.server for run in each]),
            _middle([run.database for run in each]),
        )


def _footprints(footprints: Mapping[str, Footprint]) -> Iterator[str]:
    yield _line("", "first 200 after, s", "memory of the worker, MiB", "of all its processes, MiB")
    yield "|---|" + "---:|" * 3
    for name, found in footprints.items():
        memory = found.memory
        sizes = (f"{size / _MIB:.0f}" for size in (memory.largest, memory.all))
        yield _line(name, _spread(found.starts, ".2f"), *sizes)


def _spread(values: Sequence[float | None], form: str) -> str:
    """The median and, of several, the range."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    ends = f" ({min(known):{form}} to {max(known):{form}})" if len(known) > 1 else ""
    return f"{median(known):{form}}{ends}"


def _middle(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{median(known):,.0f}" if known else ""


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
