"""What a start takes, and the memory it leads to: `python -m benchmarks.start_up --help`.

Starts `taskhaven serve` on each storage again and again, in turns with one worker and with several:
on a new database, which it migrates first, and then on the same. Prints how long it takes until
`/health/ready` is first answered with 200, and the memory of processes that have nothing to do.
"""

import argparse
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from tests.command_line import environment
from tests.http.server import Server
from tests.postgres_server import postgres
from tests.processes import children
from tests.running_server import RunningServer

_LOOKS = 0.005  # seconds between tries to be answered
_LONGEST = 30.0  # seconds for a start: something is wrong when it takes longer
_IDLE = 2.0  # seconds after which a worker has done all that a start leaves to be done
_READY = b"GET /health/ready HTTP/1.0\r\n\r\n"
_IMPORT = """
from time import perf_counter
began = perf_counter()
from entrypoints.worker import import_for
from entrypoints.settings import Settings
import_for(Settings())
print(perf_counter() - began)
"""


def main() -> None:
    arguments = _arguments()
    imports = [_import() for _ in range(arguments.starts)]
    print(f"Imports of a worker on SQLite: {median(imports):.2f} s\n")
    print("Ready after so many seconds, and MiB as RSS / PSS / USS.\n")
    print("| | workers | new database | migrated | parent | each worker | PSS of all |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for storage in arguments.storage:
        with _server_of(storage) as server:
            _measure(storage, server, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    both = ["SQLite", "PostgreSQL"]
    parser.add_argument("--storage", nargs="+", choices=both, default=both)
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 4])
    parser.add_argument("--starts", type=int, default=5, help="of each; medians are printed")
    return parser.parse_args()


@contextmanager
def _server_of(storage: str) -> Iterator[RunningServer | None]:
    """A PostgreSQL for the length of the block, if that is the storage."""
    if storage == "SQLite":
        yield None
    else:
        with postgres() as server:
            yield server


def _measure(storage: str, server: RunningServer | None, arguments: argparse.Namespace) -> None:
    starts: dict[int, list[tuple[_Start, _Start]]] = {n: [] for n in arguments.workers}
    for _ in range(arguments.starts):
        for workers, made in starts.items():
            with tempfile.TemporaryDirectory() as folder:
                url = f"sqlite:///{folder}/taskhaven.db"
                if server is not None:
                    url = server.create_database(f"start_{secrets.token_hex(8)}")
                made.append((_start(folder, url, workers), _start(folder, url, workers)))
    for workers, made in starts.items():
        new, migrated = zip(*made, strict=True)
        print(f"| {storage} | {workers} | {_seconds(new)} | {_seconds(migrated)}", end=" | ")
        parent = _Memory.median([start.parent for start in migrated])
        worker = _Memory.median([each for start in migrated for each in start.workers])
        everybody = parent.pss + workers * worker.pss
        print(f"{parent} | {worker} | {everybody:.0f} |", flush=True)


def _import() -> float:
    """Seconds that a new process takes to import what a worker on SQLite runs."""
    done = subprocess.run(  # noqa: S603 - it is ours
        [sys.executable, "-c", _IMPORT],
        env=environment({}),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


@dataclass(frozen=True, slots=True)
class _Memory:
    """MiB that a process has: all, with its share of what it shares, and what is its alone."""

    rss: float
    pss: float
    uss: float

    def __str__(self) -> str:
        return f"{self.rss:.0f} / {self.pss:.0f} / {self.uss:.0f}"

    @classmethod
    def of(cls, pid: int) -> "_Memory":
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        kib = {name: int(size.split()[0]) for name, size in (line.split(":") for line in lines)}
        private = kib["Private_Clean"] + kib["Private_Dirty"]
        return cls(kib["Rss"] / 1024, kib["Pss"] / 1024, private / 1024)

    @classmethod
    def median(cls, found: "Sequence[_Memory]") -> "_Memory":
        return cls(
            median(each.rss for each in found),
            median(each.pss for each in found),
            median(each.uss for each in found),
        )


@dataclass(frozen=True, slots=True)
class _Start:
    """How many seconds it took to be ready, and the memory there was in use then."""

    seconds: float
    parent: _Memory
    workers: Sequence[_Memory]


def _start(folder: str, url: str, workers: int) -> _Start:
    server = Server(Path(folder), DATABASE_URL=url, WORKERS=str(workers))
    began = perf_counter()
    server.launch()
    try:
        while not _is_ready(server):
            if perf_counter() - began > _LONGEST:
                raise TimeoutError(server.log)
            sleep(_LOOKS)
        took = perf_counter() - began
        sleep(_IDLE)
        memories = [_Memory.of(pid) for pid in children(server.pid)]
        return _Start(took, _Memory.of(server.pid), memories)
    finally:
        server.stop()


def _is_ready(server: Server) -> bool:
    with suppress(OSError):
        return any(answer.status_code == 200 for answer in server.exchange(_READY))
    return False


def _seconds(starts: Sequence[_Start]) -> str:
    taken = sorted(start.seconds for start in starts)
    return f"{median(taken):.2f} ({taken[0]:.2f} to {taken[-1]:.2f})"


if __name__ == "__main__":
    main()
