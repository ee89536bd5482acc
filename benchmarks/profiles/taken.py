"""One profile of each request, all of one worker on a PostgreSQL of its own."""

import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.compare import usage
from benchmarks.compare.data import DataSet
from benchmarks.compare.entered import Entered
from benchmarks.compare.filling import fill_taskhaven
from benchmarks.compare.load import CONNECTIONS
from benchmarks.compare.machine import own_facts
from benchmarks.compare.places import DISK
from benchmarks.compare.programs import Failed
from benchmarks.compare.rounds import Entrant, warm_up
from benchmarks.compare.scenarios import SCENARIOS, Scenario
from benchmarks.compare.systems import TASKHAVEN_ON_POSTGRESQL, taskhaven
from benchmarks.profiles import threads
from benchmarks.profiles.layers import grouped
from benchmarks.profiles.page import Profile, section
from benchmarks.profiles.sampling import RATE, sampled, thread_names
from tests.postgres_server import PostgresServer
from tests.storages import migrate

_DATA = DataSet(owners=200, tasks=100, large=2_000)
_PAUSE = 0.2  # seconds for what the request before left to be done


class _Worker:
    """The process that answers: the only one that the started one has started."""

    def __init__(self, entrant: Entrant) -> None:
        below = usage.descendants(entrant.pid) if entrant.pid else []
        if len(below) != 1:
            raise Failed(f"{entrant.name} has {len(below)} processes below it, not the one worker")
        (self.pid,) = below
        self.entrant = entrant
        self.loop = self.pid  # its first thread runs Python's loop
        self.pythons = thread_names(self.pid)


def profiles(seconds: int) -> str:
    """What the page says of them. Raises `Failed`."""
    with ExitStack() as stack:
        postgres = stack.enter_context(PostgresServer(durable=True, below=DISK))
        made = tempfile.TemporaryDirectory(prefix="taskhaven-bench-", dir=DISK)
        folder = Path(stack.enter_context(made))
        url = migrate(postgres.create_database("taskhaven"))
        fill_taskhaven(url, _DATA)
        entered = Entered(_DATA, folder, postgres)
        entered.start(taskhaven(TASKHAVEN_ON_POSTGRESQL, url, entered.secret), 1, stack)
        warm_up(entered.entrants, SCENARIOS)
        worker = _Worker(entered.entrants[0])
        taken = [_profile(worker, each, seconds, folder / "samples") for each in SCENARIOS]
        facts = " ".join(own_facts(url, folder)).rstrip(";")
    return section(f"{facts}. {_how(seconds, taken)}", taken)


def _profile(worker: _Worker, scenario: Scenario, seconds: int, file: Path) -> Profile:
    print(f"{scenario.name}, {seconds} s", flush=True)
    time.sleep(_PAUSE)
    try:
        with sampled(worker.pid, seconds, file):
            before = threads.seconds(worker.pid)
            answered = worker.entrant.ask(scenario, seconds)
            after = threads.seconds(worker.pid)
    finally:
        worker.entrant.after()
    samples = grouped(file.read_text(errors="replace"), worker.loop)
    if not samples:
        raise Failed(f"{scenario.name}: py-spy saw nothing of the thread that runs the loop")
    taken = threads.taken(before, after, worker.loop, worker.pythons)
    spent = {whose: each / answered.requests * 1e6 for whose, each in taken.items()}
    return Profile(scenario.name, answered.requests / answered.seconds, samples, spent)


def _how(seconds: int, taken: Sequence[Profile]) -> str:
    fewest = min(sum(each.samples.values()) for each in taken)
    return (
        f"{_DATA.owners} owners with {_DATA.tasks} tasks each and one with {_DATA.large:,}; wrk "
        f"with {CONNECTIONS} connections, {seconds} s for each request; {RATE} looks a second, "
        f"{fewest:,} or more of which saw the loop at work."
    )
