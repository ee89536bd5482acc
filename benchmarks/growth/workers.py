"""One worker and two, under load over HTTP."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.compare.data import DataSet
from benchmarks.compare.entered import Entered
from benchmarks.compare.filling import fill_taskhaven
from benchmarks.compare.load import CONNECTIONS
from benchmarks.compare.rounds import Run, Runs, run_rounds, warm_up
from benchmarks.compare.scenarios import GET, LIST, POST, SCENARIOS
from benchmarks.compare.systems import taskhaven
from benchmarks.growth.figures import Figure, Line, Panel, Point
from benchmarks.growth.plan import Plan
from benchmarks.growth.storages import Place
from tests.storages import migrate

_DATA = DataSet(owners=200, tasks=100, large=5_000)
_WORKERS = {"1 worker": 1, "2 workers": 2}
_ASKED = (GET, LIST, POST)


async def by_workers(place: Place, plan: Plan) -> Figure:
    """Requests a second, and what the slowest hundredth takes. Raises `Failed`."""
    first = migrate(place.postgres.create_database("worker"))
    fill_taskhaven(first, _DATA)
    urls = [first, place.postgres.create_database("workers", template="worker")]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=place.folder)))
        entered = Entered(_DATA, folder, place.postgres)
        for url, (name, workers) in zip(urls, _WORKERS.items(), strict=True):
            entered.start(taskhaven(name, url, entered.secret, workers), 1, stack)
        scenarios = [each for each in SCENARIOS if each.name in _ASKED]
        warm_up(entered.entrants, scenarios)
        runs = run_rounds(entered.entrants, scenarios, plan.load_rounds, plan.load_seconds)
    how = (
        f"wrk with {CONNECTIONS} connections, {plan.load_seconds} s for each in turns, "
        f"{plan.load_rounds} times over; {_DATA.owners} owners with {_DATA.tasks} tasks each and "
        f"one with {_DATA.large:,}, on PostgreSQL; load, workers and PostgreSQL share the machine."
    )
    panels = [
        Panel("Throughput", "requests/s", _lines(runs, lambda run: run.rate)),
        Panel("Latency, 99th percentile", "ms", _lines(runs, lambda run: run.p99 or 0.0)),
    ]
    title = "The same load on one worker and on two"
    return Figure("workers", title, "request", "names", how, panels)


def _lines(runs: Runs, of: Callable[[Run], float]) -> Sequence[Line]:
    return [
        Line(system, [Point.of(name, map(of, runs[name, system])) for name in _ASKED])
        for system in _WORKERS
    ]
