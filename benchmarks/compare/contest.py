"""The whole run: everything started, asked in turns, and ended."""

import secrets
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.compare import usage
from benchmarks.compare.agreement import Agreement
from benchmarks.compare.data import DataSet
from benchmarks.compare.floor import Floor
from benchmarks.compare.lineup import node, systems
from benchmarks.compare.load import CONNECTIONS, Answered, load
from benchmarks.compare.machine import facts
from benchmarks.compare.places import DISK
from benchmarks.compare.programs import Failed
from benchmarks.compare.report import Footprint, report
from benchmarks.compare.rounds import Entrant, run_rounds, warm_up
from benchmarks.compare.scenarios import GET, LIST, POST, SCENARIOS, Scenario, Tokens, requests
from benchmarks.compare.server import Server
from benchmarks.compare.systems import System
from tests.postgres_server import PostgresServer

_WARMED_UP = frozenset({GET, LIST, POST})
(_READY,) = (scenario for scenario in SCENARIOS if scenario.name == GET)


def contest(data: DataSet, *, rounds: int, seconds: int, starts: int) -> str:
    """The report. Raises `Failed` where anything is answered as it must not be."""
    with ExitStack() as stack:
        postgres = stack.enter_context(PostgresServer(durable=True, below=DISK))
        made = tempfile.TemporaryDirectory(prefix="taskhaven-bench-", dir=DISK)
        folder = Path(stack.enter_context(made))
        entered = _Entered(data, folder, database=_pid(postgres))
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


class _Entered:
    """The systems that run, with requests for each of them in files below `folder`."""

    def __init__(self, data: DataSet, folder: Path, *, database: int) -> None:
        self.secret = secrets.token_urlsafe(48)
        self.database = database
        self.entrants: list[Entrant] = []
        self._data = data
        self._folder = folder
        self._tokens = Tokens(self.secret, data.owners + 1)
        self._agreement = Agreement()
        self._starts: dict[str, Sequence[float]] = {}
        self._servers: list[Server] = []

    def start(self, system: System, starts: int, stack: ExitStack) -> None:
        """Start it so often, and for the last time until the end of the stack."""
        first = next(requests(_READY, system, self._data, self._tokens))
        took = []
        for _ in range(starts - 1):
            with Server(system, self._new_folder()) as server:
                server.wait(first)
            took.append(server.start_seconds)
        server = stack.enter_context(Server(system, self._new_folder()))
        server.wait(first)
        self._starts[system.name] = [*took, server.start_seconds]
        self._servers.append(server)
        self.entrants.append(self._entrant(server))

    def footprints(self) -> dict[str, Footprint]:
        """What each took to start, and has in memory now."""
        return {
            server.system.name: Footprint(
                self._starts[server.system.name], usage.memory(server.pid)
            )
            for server in self._servers
        }

    def _entrant(self, server: Server) -> Entrant:
        system = server.system
        files = {}
        for scenario in (each for each in SCENARIOS if each.is_for(system)):
            heads = [*requests(scenario, system, self._data, self._tokens)]
            self._agreement.check(server, scenario, heads)
            files[scenario.name] = self._folder / f"{len(self._servers)} {scenario.name}"
            files[scenario.name].write_bytes(b"\0".join(heads))

        def ask(scenario: Scenario, seconds: int) -> Answered:
            try:
                return load(server.port, scenario, files[scenario.name], seconds)
            except Failed as failed:
                raise Failed(f"{failed}; its last words:\n{server.last_words()}") from None

        return Entrant(
            system.name,
            lambda scenario: scenario.is_for(system),
            ask,
            after=server.forget_log,
            pid=server.pid,
            database=self.database if system.on_postgresql else None,
        )

    def _new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self._folder))


def _pid(postgres: PostgresServer) -> int:
    """That of the process which all of the server's others come from."""
    return int((postgres.directory / "data" / "postmaster.pid").read_text().split()[0])


def _how(data: DataSet, rounds: int, seconds: int) -> str:
    return (
        f"{data.owners:,} owners with {data.tasks} tasks each and one with {data.large:,}; "
        f"wrk with {CONNECTIONS} connections, {seconds} s for each in turns, {rounds} times over; "
        "medians, and in brackets the range. Processor time is that of one request."
    )
