"""Where a schema is, and what would change it, found without changing anything."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from entrypoints.settings.database_url import DatabaseUrl
from migrations import HEAD
from migrations.runner import downgrade
from migrations.standing import look, sql
from tests.migrations.databases import connected, leave_rows, target
from tests.migrations.test_migrations import REVISIONS
from tests.storages import migrate

NAMES = [revision.revision for revision in REVISIONS]


@contextmanager
def unchanged(url: str) -> Iterator[None]:
    """Fails if the block changes a file, or anything of the schema or of the revision."""
    before = state(url)
    yield
    assert state(url) == before


def state(url: str) -> object:
    """Every byte beside and in an SQLite file, or what PostgreSQL has in its catalogue."""
    database = target(url)
    if isinstance(database, Path):
        folder = database.parent
        return {path: path.read_bytes() for path in folder.iterdir()} if folder.exists() else None
    with connected(url) as connection:
        tables = inspect(connection).get_table_names()
        return (
            {table: str(inspect(connection).get_columns(table)) for table in tables},
            "alembic_version" in tables
            and connection.execute(text("SELECT version_num, xmin FROM alembic_version")).all(),
        )


def test_an_empty_database_needs_every_revision_and_stays_empty(empty_url: str) -> None:
    with unchanged(empty_url):
        found = look(target(empty_url))

    assert (found.current, found.ahead, found.up_to_date) == (None, False, False)
    assert [step.revision for step in found.pending] == NAMES
    assert found.pending[0].summary.startswith("Tasks, the journal, and the one write path")


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert look(tmp_path / "new" / "taskhaven.db").current is None

    assert list(tmp_path.iterdir()) == []


async def test_what_is_up_to_date_needs_nothing(empty_url: str) -> None:
    await leave_rows(migrate(empty_url))

    with unchanged(empty_url):
        found = look(target(empty_url))

    assert (found.current, found.pending, found.up_to_date) == (HEAD, (), True)


def test_what_is_behind_needs_the_rest(empty_url: str) -> None:
    downgrade(target(migrate(empty_url)), "0001")

    with unchanged(empty_url):
        found = look(target(empty_url))

    assert found.current == "0001"
    assert [step.revision for step in found.pending] == NAMES[1:]


def test_what_is_ahead_is_known_to_be(empty_url: str) -> None:
    with connected(migrate(empty_url)) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with unchanged(empty_url):
        found = look(target(empty_url))

    assert (found.current, found.pending, found.ahead) == ("9999", (), True)


def test_a_file_that_is_in_use_is_read_as_it_is_now(sqlite_url: str, sqlite_file: Path) -> None:
    with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")

        assert look(sqlite_file).current == "9999"


def test_a_database_that_is_away_is_an_error() -> None:
    with pytest.raises(OperationalError):
        look("postgresql://nobody@127.0.0.1:1/none")


@pytest.mark.parametrize("start", [None, "0001"])
async def test_the_sql_of_a_plan_does_what_the_plan_says(
    empty_url: str, new_database: Callable[[str], str], start: str | None
) -> None:
    if start:
        downgrade(target(migrate(empty_url)), start)

    run_by_hand(empty_url, sql(look(target(empty_url)), DatabaseUrl.parse(empty_url).scheme))

    assert look(target(empty_url)).up_to_date
    await leave_rows(empty_url)
    other = migrate(new_database(DatabaseUrl.parse(empty_url).scheme))
    assert columns(empty_url) == columns(other)


def columns(url: str) -> dict[str, str]:
    with connected(url) as connection:
        found = inspect(connection)
        return {table: str(found.get_columns(table)) for table in found.get_table_names()}


def run_by_hand(url: str, statements: str) -> None:
    """As an administrator would: with the database's own tool, statement by statement."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            file.executescript(statements)
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statements.encode())
