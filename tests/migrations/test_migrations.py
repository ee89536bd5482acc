"""Migrations lead up, down and up again, to the tables that the code describes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex
from sqlalchemy.exc import DBAPIError

import migrations
from adapters.sql.tables import metadata
from entrypoints.settings.database_url import DatabaseUrl
from migrations import HEAD
from migrations.runner import SchemaAhead, downgrade, upgrade
from tests.migrations.databases import connected, leave_rows, target

REVISIONS = list(ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions())[::-1]


def tables(url: str) -> set[str]:
    """Every table but Alembic's own."""
    with connected(url) as connection:
        return {*inspect(connection).get_table_names()} - {"alembic_version"}


def test_the_code_needs_the_newest_revision() -> None:
    assert [revision.revision for revision in REVISIONS][-1] == HEAD
    assert [revision.is_head for revision in REVISIONS] == [False] * (len(REVISIONS) - 1) + [True]


async def test_migrations_lead_up_and_down_and_up_again_with_rows_in_the_tables(
    empty_url: str,
) -> None:
    steps: list[tuple[str | None, str]] = [
        (before.revision if before else None, after.revision)
        for before, after in zip([None, *REVISIONS], REVISIONS, strict=False)
    ]
    for before, after in steps:
        assert upgrade(target(empty_url), after) == before
        downgrade(target(empty_url), before or "base")
        assert upgrade(target(empty_url), after) == before
    await leave_rows(empty_url)

    for before, _ in reversed(steps):
        downgrade(target(empty_url), before or "base")

    assert tables(empty_url) == set()
    assert upgrade(target(empty_url)) is None
    await leave_rows(empty_url)


async def test_what_is_up_to_date_is_left_as_it_is(empty_url: str) -> None:
    assert upgrade(target(empty_url)) is None
    await leave_rows(empty_url)

    assert upgrade(target(empty_url)) == HEAD

    with connected(empty_url) as connection:
        assert connection.scalar(text("SELECT max(position) FROM journal")) == 2


def test_the_tables_that_migrations_make_are_those_that_the_code_describes(
    empty_url: str,
) -> None:
    upgrade(target(empty_url))

    with connected(empty_url) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_they_are_so_to_the_last_constraint_and_collation(
    empty_url: str, new_database: Callable[[str], str]
) -> None:
    described = new_database(DatabaseUrl.parse(empty_url).scheme)
    upgrade(target(empty_url))
    with connected(described) as connection:
        metadata.create_all(connection)

    with connected(empty_url) as migrated, connected(described) as made:
        found, wanted = inspect(migrated), inspect(made)
        for table in metadata.tables:
            assert found.get_check_constraints(table) == wanted.get_check_constraints(table)
            assert found.get_pk_constraint(table) == wanted.get_pk_constraint(table)
            assert by_name(found.get_indexes(table)) == by_name(wanted.get_indexes(table))
            assert found.get_table_options(table) == wanted.get_table_options(table)
            assert [str(column) for column in found.get_columns(table)] == [
                str(column) for column in wanted.get_columns(table)
            ]
        assert len(wanted.get_check_constraints("tasks")) == 9


def by_name(indexes: list[ReflectedIndex]) -> dict[str | None, tuple[object, ...]]:
    """What each index is, its condition as text."""
    return {
        index["name"]: (
            index["column_names"],
            index["unique"],
            [f"{name}: {option}" for name, option in index.get("dialect_options", {}).items()],
        )
        for index in indexes
    }


async def test_a_database_ahead_of_the_code_is_left_alone(empty_url: str) -> None:
    upgrade(target(empty_url))
    await leave_rows(empty_url)
    with connected(empty_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaAhead, match="9999"):
        upgrade(target(empty_url))
    with pytest.raises(SchemaAhead, match="9999"):
        downgrade(target(empty_url), "base")

    with connected(empty_url) as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
        assert connection.scalar(text("SELECT count(*) FROM tasks")) == 1


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty_url: str) -> None:
    with connected(empty_url) as connection:
        connection.execute(text("CREATE TABLE journal (somebody_elses text)"))

    with pytest.raises(DBAPIError, match="already exists"):
        upgrade(target(empty_url))

    assert tables(empty_url) == {"journal"}


def test_the_folder_of_a_new_file_is_made_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "data" / "taskhaven.db"

    upgrade(file)

    assert file.exists()
    assert file.parent.stat().st_mode & 0o777 == 0o700
