"""What a page of a list costs, at any depth: `python -m benchmarks.list_depth --help`.

Fills a PostgreSQL of its own with tasks of one large owner among others, and asks for pages of the
large owner's list through the adapter, from the beginning to near the end of each sort.
"""

import argparse
import asyncio
from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any

import psycopg

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.tasks import PostgresTasks
from adapters.sql.database import compiled
from adapters.sql.listing import page_statement
from adapters.sql.rows import TASK_COLUMNS, task_of
from adapters.sql.shapes import Shape, page_params
from domain.listing import Listing, Mark, Order, SortKey, mark_of
from domain.owner import Owner
from migrations import HEAD, runner
from tests.postgres_server import PostgresServer

_OWNER = Owner("large")
_BATCH = 250_000
_DEPTHS = (0.0, 0.25, 0.5, 0.75, 0.99)
_REPEATS = 40
_WAYS = ("Index Scan", "Index Only Scan", "Bitmap Index Scan", "Seq Scan")

# Ids as the service makes them: from the instant of creation. A third of the tasks each is due on a
# day, at an instant and never; a thirtieth lies in the trash.
_FILL = """
INSERT INTO tasks (owner_id, id, title, title_key, search_text, priority, due_day, due_at, tags,
                   completed_at, created_at, updated_at, version, deleted_at, position)
SELECT CASE WHEN mod(n, %(share)s) = 0 THEN 'large' ELSE 'owner' || mod(n, 5003) END,
       (lpad(to_hex((extract(epoch FROM made) * 1000)::bigint), 12, '0')
        || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
       'Task ' || n, 'task ' || n, 'task ' || n || chr(10), mod(n, 7) / 2,
       CASE WHEN mod(scattered, 3) = 0 THEN date '2026-01-01' + mod(scattered, 700)::int END,
       CASE WHEN mod(scattered, 3) = 1 THEN made + mod(scattered, 700) * interval '1 day' END,
       '["home"]', CASE WHEN mod(scattered, 2) = 0 THEN made END, made,
       made + mod(scattered, 100000) * interval '1 second', 1,
       CASE WHEN mod(scattered, 30) = 0 THEN made END, n
FROM (SELECT n, mod(n * 7919, 1000003) AS scattered,
             timestamptz '2026-01-01' + n * interval '1 ms' AS made
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n) AS numbers
"""

_AT = """
SELECT {columns} FROM tasks WHERE owner_id = %s AND deleted_at IS NULL
ORDER BY {key} {direction} NULLS LAST, id {direction} OFFSET %s LIMIT 1
"""
_KEYS = {
    SortKey.DUE_DATE: "coalesce(due_at, due_day::timestamp AT TIME ZONE 'UTC')",
    SortKey.TITLE: "title_key",
}


def main() -> None:
    arguments = _arguments()
    with PostgresServer() as server:
        url = server.create_database("depth")
        runner.upgrade(url)
        _fill(url, arguments.tasks, arguments.share)
        depths = " | ".join(f"{depth:.0%}" for depth in _DEPTHS)
        print(f"\n| ms at depth | {depths} | buffers at most | found by |")
        print("|---" * (len(_DEPTHS) + 3) + "|", flush=True)
        asyncio.run(_measure(url, arguments.limit))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=5_000_000, help="tasks in all")
    parser.add_argument("--share", type=int, default=5, help="one in how many is the large owner's")
    parser.add_argument("--limit", type=int, default=50, help="tasks on a page")
    return parser.parse_args()


def _fill(url: str, tasks: int, share: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for first in range(1, tasks + 1, _BATCH):
            last = min(first + _BATCH - 1, tasks)
            connection.execute(_FILL, {"share": share, "first": first, "last": last})
            print(f"\r{last:,} of {tasks:,} tasks", end="", flush=True)
        connection.execute("VACUUM ANALYZE tasks")


async def _measure(url: str, limit: int) -> None:
    database = PostgresDatabase(url, HEAD, pool_size=1, session_state=True)
    await database.open()
    tasks = PostgresTasks(database)
    with psycopg.connect(url, autocommit=True) as connection:
        for key in SortKey:
            for descending in (True, False):
                print(await _row(connection, tasks, Order(key, descending), limit), flush=True)
    await database.close()


async def _row(
    connection: psycopg.Connection[Any], tasks: PostgresTasks, order: Order, limit: int
) -> str:
    """A sort's row of the table."""
    times, buffers, ways = [], [], []
    for depth in _DEPTHS:
        listing = Listing(limit, (order,), after=_mark_at(connection, order, depth))
        times.append(f"{await _time(tasks, listing):.2f}")
        touched, way = explain(connection, _OWNER, listing)
        buffers.append(touched)
        ways.append(way)
    name = f"`{'-' if order.descending else ''}{order.key}`"
    cells = [name, *times, f"{max(buffers):,}", "; or ".join(dict.fromkeys(ways))]
    return f"| {' | '.join(cells)} |"


def _mark_at(connection: psycopg.Connection[Any], order: Order, depth: float) -> Mark | None:
    """The place of the task that lies at that depth of the sort."""
    if depth == 0:
        return None
    counted = "SELECT count(*) FROM tasks WHERE owner_id = %s AND deleted_at IS NULL"
    ((count,),) = connection.execute(counted, [_OWNER.key]).fetchall()
    statement = _AT.format(
        columns=", ".join(column.name for column in TASK_COLUMNS),
        key=_KEYS.get(order.key, order.key),
        direction="DESC" if order.descending else "ASC",
    )
    (row,) = connection.execute(statement, [_OWNER.key, int(count * depth)]).fetchall()
    return mark_of(task_of(_OWNER, row)[0], [order])


async def _time(tasks: PostgresTasks, listing: Listing) -> float:
    """Milliseconds of a page through the adapter, rows made into tasks included: the median."""
    times = []
    for _ in range(_REPEATS if Shape.of(listing).index else 3):
        start = perf_counter()
        await tasks.page(_OWNER, listing)
        times.append(perf_counter() - start)
    return median(times) * 1000


def explain(connection: psycopg.Connection[Any], owner: Owner, listing: Listing) -> tuple[int, str]:
    """The buffers that the page's statement touches, and how it finds its rows."""
    statement = compiled(
        page_statement(Shape.of(listing), PostgresTasks.idioms), PostgresDatabase.dialect
    )
    params = statement.bind({"owner": owner.key, **page_params(listing)})
    explained = connection.execute(
        f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.text}", params
    ).fetchall()
    plan = explained[0][0][0]["Plan"]
    nodes = [node for node in _nodes(plan) if node["Node Type"] in _WAYS]
    ways = [node.get("Index Name", "the whole table") for node in nodes]
    ways = [way for way in ways if way != "owners_pkey"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], " + ".join(ways)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


if __name__ == "__main__":
    main()
