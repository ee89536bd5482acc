"""How cost grows with size, measured and drawn, in one run: `make bench-growth`.

Six questions: how deep a page lies (depth), how many tasks an owner has (tasks), how many owners a
database has (owners), how long a journal is (journal), how many streams are idle (streams), and one
worker or two (workers). The first four are asked through the use cases in this process, on a
PostgreSQL of its own and on SQLite; the last two over HTTP, of `taskhaven serve`. What was measured
is kept as JSON, and drawn by a program in .venv-bench. Everything listens on loopback alone, and
ends when the run does.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.compare import load
from benchmarks.compare.machine import own_facts
from benchmarks.compare.places import DISK
from benchmarks.compare.programs import Failed
from benchmarks.growth.depth import by_depth
from benchmarks.growth.figures import Figure, Report
from benchmarks.growth.page import section
from benchmarks.growth.plan import FULL, QUICK, Plan, with_a_million
from benchmarks.growth.publishing import kept, missing, publish, read
from benchmarks.growth.sizes import by_entries, by_owners, by_tasks
from benchmarks.growth.storages import Place
from benchmarks.growth.streams import by_streams
from benchmarks.growth.workers import by_workers
from tests.postgres_server import PostgresServer

_LONGEST = 60  # minutes: a run that takes longer is stuck

_QUESTIONS: Mapping[str, Callable[[Place, Plan], Coroutine[Any, Any, Figure]]] = {
    "depth": by_depth,
    "tasks": by_tasks,
    "owners": by_owners,
    "journal": by_entries,
    "streams": by_streams,
    "workers": by_workers,
}


def main() -> None:
    asked = _arguments()
    if lacking := (asked.write or asked.redraw) and missing():
        raise SystemExit(f"Nothing can be drawn: {lacking}")
    if asked.redraw:
        publish(kept())
        return
    if lacking := PostgresServer.available() or ("workers" in asked.only and load.missing()):
        raise SystemExit(f"Not everything can be measured: {lacking}")
    _bounded()
    try:
        for report in _reports(asked):
            print(f"\n{section(report)}\n", flush=True)
            if asked.keep:
                asked.keep.write_text(report.over(read(asked.keep), _QUESTIONS).text())
            if asked.write:
                publish(report.over(kept(), _QUESTIONS))
    except Failed as failed:
        raise SystemExit(f"The run does not count: {failed}") from None
    except KeyboardInterrupt:
        raise SystemExit("stopped") from None


def _arguments() -> argparse.Namespace:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth", description=__doc__, formatter_class=form
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=_QUESTIONS,
        metavar="QUESTION",
        help=f"this one, and those of further --only: {', '.join(_QUESTIONS)}",
    )
    parser.add_argument("--quick", action="store_true", help="in three minutes, and less exact")
    parser.add_argument("--million", action="store_true", help="up to a million tasks of an owner")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="leave what was measured there")
    parser.add_argument("--write", action="store_true", help="draw it, into docs/")
    parser.add_argument(
        "--redraw", action="store_true", help="measure nothing, draw again what docs/ has kept"
    )
    asked = parser.parse_args()
    asked.only = asked.only or [*_QUESTIONS]
    return asked


def _reports(asked: argparse.Namespace) -> Iterator[Report]:
    """One for each question, as soon as it is answered."""
    plan = QUICK if asked.quick else FULL
    plan = with_a_million(plan) if asked.million else plan
    began = time.monotonic()
    with ExitStack() as stack:
        postgres = stack.enter_context(PostgresServer(durable=True, below=DISK))
        made = tempfile.TemporaryDirectory(prefix="taskhaven-bench-", dir=DISK)
        place = Place(postgres, Path(stack.enter_context(made)))
        facts = " ".join(own_facts(postgres.url("postgres"), place.folder)).rstrip(";") + "."
        for name in asked.only:
            print(f"{name}, after {time.monotonic() - began:.0f} s", flush=True)
            figure = asyncio.run(_QUESTIONS[name](place, plan))
            yield Report(facts, [_dated(figure, quick=asked.quick)])
    print(f"done after {time.monotonic() - began:.0f} s")


def _dated(figure: Figure, *, quick: bool) -> Figure:
    how = " with --quick" if quick else ""
    return replace(figure, how=f"{figure.how} Measured{how} on {datetime.now(UTC):%Y-%m-%d}.")


def _bounded() -> None:
    """End well when told to, and when it takes too long."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"stopped after {_LONGEST} minutes"))
    signal.alarm(_LONGEST * 60)


if __name__ == "__main__":
    main()
