"""The systems that take part, from the start of each on."""

import secrets
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.compare import usage
from benchmarks.compare.agreement import Agreement
from benchmarks.compare.data import DataSet
from benchmarks.compare.load import Answered, load
from benchmarks.compare.programs import Failed
from benchmarks.compare.report import Footprint
from benchmarks.compare.rounds import Entrant
from benchmarks.compare.scenarios import GET, SCENARIOS, Scenario, Tokens, requests
from benchmarks.compare.server import Server
from benchmarks.compare.systems import System
from tests.postgres_server import PostgresServer

(_READY,) = (scenario for scenario in SCENARIOS if scenario.name == GET)


class Entered:
    """The systems that run, with requests for each of them in files below `folder`."""

    def __init__(self, data: DataSet, folder: Path, postgres: PostgresServer) -> None:
        self.secret = secrets.token_urlsafe(48)
        self.database = _pid(postgres)
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
