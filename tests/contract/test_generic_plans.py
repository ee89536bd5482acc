"""One plan serves every owner and every limit, so it has to find its rows by an index."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.sql import ClauseElement

from adapters.postgres.connections import Connection, Connections
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.prepared import prepared
from adapters.sql.database import Statement, compiled
from adapters.sql.journal_statements import older_entries
from adapters.sql.statements import get_task, journal_position, sweep_receipts
from tests.builders import a_task, toggle
from tests.storages import migrate, opened

MANY = 100_000
UNION = "Recursive Union"


@pytest.fixture(scope="module")
def url(new_database: Callable[[str], str]) -> str:
    return migrate(new_database("postgresql"))


@pytest.fixture
async def connection(url: str) -> AsyncIterator[Connection]:
    connection = await Connections(url, 1, session_state=True).connect()
    yield connection
    await connection.close()


async def plan_of(connection: Connection, statement: Statement) -> str:
    """The plan for whatever parameters."""
    form = prepared(statement)
    await connection.execute(b"PREPARE this AS " + form.query)
    values = f"({', '.join(['NULL'] * len(form.names))})"
    cursor = await connection.execute(f"EXPLAIN EXECUTE this{values}".encode())
    return "\n".join(line for (line,) in await cursor.fetchall())


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The plan's nodes, from the top."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


@pytest.mark.parametrize("element", [get_task(), journal_position()])
async def test_a_plan_made_while_a_table_is_small_is_good_when_it_has_grown(
    url: str, connection: Connection, element: ClauseElement
) -> None:
    async with opened(url) as storage:
        task = a_task()
        await storage.tasks.add(task, by=task.owner)
    await connection.execute("VACUUM ANALYZE")

    plan = await plan_of(connection, compiled(element, PostgresDatabase.dialect))

    assert "Index Cond: (" in plan
    assert "Seq Scan" not in plan


async def test_what_has_expired_is_forgotten_without_a_look_at_all_the_rest(
    connection: Connection,
) -> None:
    await connection.execute(
        "INSERT INTO receipts SELECT 'o' || n, 'k', '\\x00', '{}', now(), now()"
        f" FROM generate_series(1, {MANY}) n"
    )
    await connection.execute("VACUUM ANALYZE receipts")

    plan = await plan_of(connection, compiled(sweep_receipts(), PostgresDatabase.dialect))

    assert "receipts_by_expiry" in plan
    assert "Nested Loop" in plan


async def test_a_page_of_a_long_history_reads_no_more_entries_than_it_has(
    url: str, connection: Connection
) -> None:
    async with opened(url) as storage:
        task = a_task()
        await storage.tasks.add(task, by=task.owner)
        for _ in range(9):
            await storage.tasks.update(task.owner, task.id, toggle, by=task.owner)
    form = prepared(compiled(older_entries(), PostgresDatabase.dialect))
    given = {"owner": task.owner.key, "id": str(task.id), "newest": 10, "limit": 3}
    values = [given.get(name, 1) for name in form.names]

    await connection.execute(b"PREPARE this AS " + form.query)
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE this({', '.join(map(repr, values))})"
    row = await (await connection.execute(explain.encode())).fetchone()

    assert row is not None
    read = [n["Actual Rows"] for n in nodes(row[0][0]["Plan"]) if n["Node Type"] == UNION]
    assert read == [3]
