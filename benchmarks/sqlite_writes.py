"""What grouping writes into commits brings on SQLite: `python -m benchmarks.sqlite_writes --help`.

Creates the same tasks, each with its journal entry, through the adapter, and with the same
statements called on the event loop at once, one transaction each, as durably (synchronous=FULL);
in turns, each in a file of its own.
"""

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TypeVar

from adapters.sqlite.connection import FileConnection
from adapters.sqlite.database import SqliteDatabase
from adapters.sqlite.tasks import SqliteTasks
from adapters.sqlite.writer import Job
from adapters.system.clock import SystemClock
from adapters.system.ids import RandomIds
from domain.fields import read_fields
from domain.owner import Owner
from domain.task import Task
from migrations import HEAD, runner

T = TypeVar("T")

_DISK = "/var/tmp"  # noqa: S108 - for what has to be on a disk; what is put here has random names
_OWNERS = 5000
_now, _new_id = SystemClock(), RandomIds()


class OnTheLoop(SqliteDatabase):
    """Writes where it is asked, which holds up everybody else while it waits for the disk."""

    def __init__(self, path: Path, revision: str) -> None:
        super().__init__(path, revision)
        self._file = FileConnection(path, patience=5)

    async def close(self) -> None:
        await super().close()
        self._file.close()

    async def write(self, job: Job[T]) -> T:
        connection = self._file.get()
        connection.execute("BEGIN IMMEDIATE")
        result = job(connection)
        connection.execute("COMMIT")
        return result


@dataclass(frozen=True, slots=True)
class Run:
    """Writes a second, microseconds of processor time a write, and how slow the slowest 1 % are."""

    rate: float
    processor: float
    p99: float


def main() -> None:
    arguments = _arguments()
    print("| writers | | writes/s | range | µs of processor | p99, ms | commits a write |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for writers in arguments.writers:
        asyncio.run(_compare(writers, arguments.rounds, arguments.seconds))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, nargs="+", default=[1, 8, 32], help="at once")
    parser.add_argument("--rounds", type=int, default=5, help="of each kind, in turns")
    parser.add_argument("--seconds", type=float, default=3, help="that a round takes")
    return parser.parse_args()


async def _compare(writers: int, rounds: int, seconds: float) -> None:
    kinds = {"sqlite3 on the loop": OnTheLoop, "the adapter": SqliteDatabase}
    runs: dict[str, list[Run]] = {name: [] for name in kinds}
    commits = {}
    with tempfile.TemporaryDirectory(prefix="taskhaven-writes-", dir=_DISK) as folder:
        for name in kinds:
            runner.upgrade(Path(folder) / name)
        for _ in range(rounds):
            for name, kind in kinds.items():
                async with _opened(kind, Path(folder) / name) as database:
                    runs[name].append(await _run(SqliteTasks(database), writers, seconds))
        for name, kind in kinds.items():
            async with _opened(kind, Path(folder) / name) as database:
                commits[name] = await _commits(database, writers)
    for name, done in runs.items():
        print(f"| {writers} | {name} | {_shown(done)} | {commits[name]:.2f} |", flush=True)


@asynccontextmanager
async def _opened(kind: type[SqliteDatabase], file: Path) -> AsyncIterator[SqliteDatabase]:
    database = kind(file, HEAD)
    await database.open()
    yield database
    await database.close()


def _shown(runs: Sequence[Run]) -> str:
    rates = [run.rate for run in runs]
    return (
        f"{median(rates):,.0f} | {min(rates):,.0f} to {max(rates):,.0f} | "
        f"{median(run.processor for run in runs):,.0f} | {median(run.p99 for run in runs):.1f}"
    )


async def _run(tasks: SqliteTasks, writers: int, seconds: float) -> Run:
    """So many writers at once, each of which goes on when its write is acknowledged."""
    took: list[float] = []
    began, spent = perf_counter(), process_time()

    async def writer(number: int) -> None:
        while (asked := perf_counter()) < began + seconds:
            await _create(tasks, number + writers * len(took))
            took.append(perf_counter() - asked)
            await asyncio.sleep(0)

    await asyncio.gather(*(writer(number) for number in range(writers)))
    elapsed, spent = perf_counter() - began, process_time() - spent
    slow = sorted(took)[len(took) * 99 // 100]
    return Run(len(took) / elapsed, spent / len(took) * 1e6, slow * 1e3)


async def _commits(database: SqliteDatabase, writers: int) -> float:
    """Commits a write; counting them costs time, so that they are not counted above."""
    writes, said = 50 * writers, list[str]()
    await database.write(lambda connection: connection.set_trace_callback(said.append))
    said.clear()  # of that job's own commit

    async def write(number: int) -> None:
        for place in range(writes // writers):
            await _create(SqliteTasks(database), place * writers + number)
            await asyncio.sleep(0)

    await asyncio.gather(*(write(number) for number in range(writers)))
    return said.count("COMMIT") / writes


async def _create(tasks: SqliteTasks, number: int) -> None:
    at = _now()
    fields = read_fields({"title": "Buy milk", "description": "two litres"})
    owner = Owner(f"owner-{number * 7919 % _OWNERS}")
    task = Task.create(owner=owner, id=_new_id(at), fields=fields, at=at)
    await tasks.add(task, by=owner)


if __name__ == "__main__":
    main()
