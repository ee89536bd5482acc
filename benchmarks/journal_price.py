"""What the journal costs a write: `python -m benchmarks.journal_price --help`.

Creates the same tasks through the adapters, each with its journal entry, and with bare INSERTs of
the same rows into the same table, which have no position, no entry and no limit; in turns, on a
PostgreSQL of its own and on SQLite.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import insert

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.tasks import PostgresTasks
from adapters.sql.database import Database, Statement, compiled
from adapters.sql.rows import row_of
from adapters.sql.tables import tasks as table
from adapters.sql.tasks import SqlTasks
from adapters.sqlite.database import SqliteDatabase
from adapters.sqlite.tasks import SqliteTasks
from adapters.system.clock import SystemClock
from adapters.system.ids import RandomIds
from domain.fields import read_fields
from domain.owner import Owner
from domain.task import Task
from migrations import HEAD, runner
from tests.postgres_server import PostgresServer

_now, _new_id = SystemClock(), RandomIds()

Write = Callable[[Task], Awaitable[object]]


def main() -> None:
    arguments = _arguments()
    print("| | writers | owners | bare INSERT, writes/s | with its entry, writes/s | ratio |")
    print("|---|---|---|---|---|---|", flush=True)
    with PostgresServer() as server, tempfile.TemporaryDirectory() as folder:
        url = server.create_database("price")
        runner.upgrade(url)
        for owners in (5000, 16):
            asyncio.run(_on_postgresql(url, owners, arguments))
        file = Path(folder) / "price.db"
        runner.upgrade(file)
        asyncio.run(_on_sqlite(file, 5000, arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=16, help="at once")
    parser.add_argument("--rounds", type=int, default=5, help="of each kind, in turns")
    parser.add_argument("--seconds", type=float, default=3, help="that a round takes")
    return parser.parse_args()


async def _on_postgresql(url: str, owners: int, arguments: argparse.Namespace) -> None:
    database = PostgresDatabase(url, HEAD, pool_size=arguments.writers, session_state=True)
    await _measure("PostgreSQL", database, PostgresTasks(database), owners, arguments)


async def _on_sqlite(file: Path, owners: int, arguments: argparse.Namespace) -> None:
    database = SqliteDatabase(file, HEAD)
    await _measure("SQLite", database, SqliteTasks(database), owners, arguments)


async def _measure(
    name: str, database: Database, tasks: SqlTasks, owners: int, arguments: argparse.Namespace
) -> None:
    await database.open()
    with_entry = lambda task: tasks.add(task, by=task.owner)  # noqa: E731 - as short as its name
    rates: dict[str, list[float]] = {"bare": [], "entry": []}
    for _ in range(arguments.rounds):
        for kind, write in (("bare", _bare(database)), ("entry", with_entry)):
            rates[kind].append(await _rate(write, owners, arguments))
    await database.close()
    bare, entry = median(rates["bare"]), median(rates["entry"])
    print(
        f"| {name} | {arguments.writers} | {owners} | {bare:,.0f} | {entry:,.0f} "
        f"| {entry / bare:.2f} |",
        flush=True,
    )


def _bare(database: Database) -> Write:
    statement: Statement = compiled(insert(table).inline(), database.dialect)

    async def write(task: Task) -> None:
        row = row_of(task) | {"owner_id": task.owner.key, "tags": "[]", "position": 1}
        await database.execute(statement, row)

    return write


async def _rate(write: Write, owners: int, arguments: argparse.Namespace) -> float:
    """Writes a second, of so many writers at once."""
    done = 0
    started = perf_counter()

    async def writer(number: int) -> None:
        nonlocal done
        while perf_counter() - started < arguments.seconds:
            await write(_task(Owner(f"owner-{(done * 7919 + number) % owners}")))
            done += 1

    await asyncio.gather(*(writer(number) for number in range(arguments.writers)))
    return done / (perf_counter() - started)


def _task(owner: Owner) -> Task:
    at = _now()
    fields = read_fields({"title": "Buy milk", "description": "two litres"})
    return Task.create(owner=owner, id=_new_id(at), fields=fields, at=at)


if __name__ == "__main__":
    main()
