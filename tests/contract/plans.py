"""A database with thousands of tasks, and how it would find a page of one owner's."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from sqlalchemy import Dialect

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.tasks import PostgresTasks
from adapters.sql.database import compiled
from adapters.sql.listing import page_statement
from adapters.sql.shapes import Idioms, Shape, page_params
from adapters.sqlite.connection import FileConnection
from adapters.sqlite.database import SqliteDatabase
from adapters.sqlite.tasks import SqliteTasks
from domain.instant import format_instant
from domain.listing import Listing
from entrypoints.settings.database_url import DatabaseUrl
from tests.builders import an_id

OWNER = "large"
TASKS = 9000
LIMIT = 10
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
MIDDLE = FIRST + timedelta(hours=TASKS // 2)

_COLUMNS = (
    "owner_id, id, title, title_key, search_text, priority, due_day, due_at, tags, completed_at,"
    " created_at, updated_at, version, position"
)


def rows() -> Iterator[tuple[object, ...]]:
    """Every tenth is the owner's; of three one is due on a day, one at an instant, one never."""
    for n in range(TASKS):
        at = FIRST + timedelta(hours=n)
        instant, title = format_instant(at), f"Task {n}"
        owner = f"other-{n % 7}" if n % 10 else OWNER
        yield (
            *(owner, str(an_id(at)), title, title.casefold(), f"{title}\n".casefold(), n // 10 % 5),
            *(instant[:10] if n % 3 == 0 else None, instant if n % 3 == 1 else None, "[]"),
            *(None if n % 4 else instant, instant, instant, 1, n + 1),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What finds the tasks, each with its condition, and whether more than a page is sorted."""

    ways: list[tuple[str, str]]
    sorts: bool

    @property
    def indexes(self) -> list[str]:
        """Their names; a primary key has the same on every storage."""
        return [name for name, _ in self.ways]


Explain: TypeAlias = Callable[[Listing], Plan]


def postgresql(url: str) -> Explain:
    """PostgreSQL's own account, after it ran the statement."""
    address = str(DatabaseUrl.parse(url).address)
    with psycopg.connect(address, autocommit=True) as connection:
        marks = ", ".join(["%s"] * len(_COLUMNS.split(",")))
        insert = f"INSERT INTO tasks ({_COLUMNS}) VALUES ({marks})"
        connection.cursor().executemany(insert, list(rows()))
        connection.execute("VACUUM ANALYZE tasks")

    def explain(listing: Listing) -> Plan:
        text, params = _statement(listing, PostgresTasks.idioms, PostgresDatabase.dialect)
        with psycopg.connect(address) as connection:
            answer = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", params)
            nodes = list(_walk(answer.fetchall()[0][0][0]["Plan"]))
        tasks = [node for node in nodes if node.get("Relation Name") == "tasks"]
        sorts = [node["Plans"][0] for node in nodes if node["Node Type"].endswith("Sort")]
        return Plan(
            [(node.get("Index Name", node["Node Type"]), _condition(node)) for node in tasks],
            any(node["Actual Rows"] > LIMIT + 1 for node in sorts),
        )

    return explain


def sqlite(url: str) -> Explain:
    """What SQLite says it will do; only what stands in the page's own query is more than a page."""
    path = DatabaseUrl.parse(url).target
    with closing(sqlite3.connect(path)) as connection, connection:
        marks = ", ".join("?" * len(_COLUMNS.split(",")))
        connection.executemany(f"INSERT INTO tasks ({_COLUMNS}) VALUES ({marks})", rows())
        connection.execute("ANALYZE")

    def explain(listing: Listing) -> Plan:
        text, params = _statement(listing, SqliteTasks.idioms, SqliteDatabase.dialect)
        with closing(FileConnection(Path(path), 1, read_only=True)) as file:
            found = file.get().execute(f"EXPLAIN QUERY PLAN {text}", params).fetchall()
        steps = [(parent, detail) for _, parent, _, detail in found]
        ways = [_WAY.fullmatch(step) for _, step in steps if " tasks" in step]
        return Plan(
            [
                (_SAME.get(way["index"], way["index"]), way["condition"]) if way else ("SCAN", "")
                for way in ways
            ],
            any(parent and "TEMP B-TREE" in step for parent, step in steps),
        )

    return explain


_WAY = re.compile(r"SEARCH tasks USING INDEX (?P<index>\w+) \((?P<condition>.+)\)")
_SAME = {"sqlite_autoindex_tasks_1": "tasks_pkey"}


def _statement(listing: Listing, idioms: Idioms, dialect: Dialect) -> tuple[str, Any]:
    statement = compiled(page_statement(Shape.of(listing), idioms), dialect)
    return statement.text, statement.bind({"owner": OWNER, **page_params(listing)})


def _condition(node: dict[str, Any]) -> str:
    found: str = node.get("Index Cond") or node.get("Recheck Cond", "")
    return found


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _walk(child)
