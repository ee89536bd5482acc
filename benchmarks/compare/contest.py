"""The whole run: everything started, asked in turns, and ended."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.compare.data import DataSet
from benchmarks.compare.entered import Entered
from benchmarks.compare.floor import Floor
from benchmarks.compare.lineup import node, systems
from benchmarks.compare.load import CONNECTIONS
from benchmarks.compare.machine import facts
from benchmarks.compare.places import DISK
from benchmarks.compare.report import report
from benchmarks.compare.rounds import Entrant, run_rounds, warm_up
from benchmarks.compare.scenarios import GET, LIST, POST, SCENARIOS
from tests.postgres_server import PostgresServer

_WARMED_UP = frozenset({GET, LIST, POST})


def contest(data: DataSet, *, rounds: int, seconds: int, starts: int) -> str:
    """The report. Raises `Failed` where anything is answered as it must not be."""
    with ExitStack() as stack:
        postgres = stack.enter_context(PostgresServer(durable=True, below=DISK))
        made = tempfile.TemporaryDirectory(prefix="taskhaven-bench-", dir=DISK)
        folder = Path(stack.enter_context(made))
        entered = Entered(data, folder, postgres)
        for system in [*systems(postgres, folder, data, entered.secret)]:
            entered.start(system, starts, stack)
        floor = Floor(postgres.url("taskhaven"), data)
        floor.check()
        entrants = [
            *entered.entrants,
            Entrant(floor.name, floor.has, floor.ask, database=entered.database),
        ]
        warm_up(entrants, [each for each in SCENARIOS if each.name in _WARMED_UP])
        runs = run_rounds(entrants, SCENARIOS, rounds, seconds)
        footprints = entered.footprints()
        known = facts(postgres.url("taskhaven"), node(), folder)
        return report(known, _how(data, rounds, seconds), runs, footprints)


def _how(data: DataSet, rounds: int, seconds: int) -> str:
    return (
        f"{data.owners:,} owners with {data.tasks} tasks each and one with {data.large:,}; "
        f"wrk with {CONNECTIONS} connections, {seconds} s for each in turns, {rounds} times over; "
        "medians, and in brackets the range. Processor time is that of one request."
    )
