"""What SQL can say of the domain's rules, it says, on every database."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from tests.builders import an_id
from tests.migrations.databases import connected

Row = dict[str, object]

TASK: Row = {
    "owner_id": "alice",
    "title": "x",
    "title_key": "x",
    "description": None,
    "search_text": "x\n",
    "priority": 0,
    "due_day": None,
    "due_at": None,
    "tags": "[]",
    "completed_at": None,
    "created_at": "2026-11-21T09:30:00.000000Z",
    "updated_at": "2026-11-21T09:30:00.000000Z",
    "version": 1,
    "deleted_at": None,
    "position": 1,
}

ENTRY: Row = {
    "position": 1,
    "previous": None,
    "version": 1,
    "action": "create",
    "at": "2026-11-21T09:30:00.000000Z",
    "by_id": "alice",
    "changed": "{}",
}


def insert(connection: Connection, table: str, row: Row) -> None:
    names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def insert_task(url: str, **values: object) -> None:
    with connected(url) as connection:
        insert(connection, "tasks", {**TASK, "id": str(an_id()), **values})


def insert_entry(url: str, **values: object) -> None:
    row = {**ENTRY, "owner_id": f"owner-{an_id()}", "task_id": str(an_id()), **values}
    with connected(url) as connection:
        insert(connection, "journal", row)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"title": "😀" * 500, "description": "😀" * 16_384},
        {"description": ""},
        {"priority": 4},
        {"due_day": "1970-01-01"},
        {"due_day": "2999-12-31"},
        {"due_at": "1970-01-01T00:00:00.000000Z"},
        {"due_at": "2999-12-31T23:59:59.999999Z"},
        {"updated_at": "2026-11-21T09:30:00.000001Z", "version": 2},
        {"position": 2**53},
    ],
    ids=lambda values: str(values)[:40],
)
def test_a_task_may_go_to_its_bounds(durable_url: str, values: Row) -> None:
    insert_task(durable_url, **values)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"title": ""}, "tasks_title_length"),
        ({"title": "😀" * 501}, "tasks_title_length"),
        ({"description": "x" * 16_385}, "tasks_description_length"),
        ({"priority": -1}, "tasks_priority_known"),
        ({"priority": 5}, "tasks_priority_known"),
        ({"due_day": "2026-12-01", "due_at": "2026-12-01T00:00:00.000000Z"}, "tasks_due_once"),
        ({"due_day": "1969-12-31"}, "tasks_due_day_range"),
        ({"due_day": "3000-01-01"}, "tasks_due_day_range"),
        ({"due_at": "1969-12-31T23:59:59.999999Z"}, "tasks_due_at_range"),
        ({"due_at": "3000-01-01T00:00:00.000000Z"}, "tasks_due_at_range"),
        ({"version": 0}, "tasks_version_counts"),
        ({"position": 0}, "tasks_position_counts"),
        ({"updated_at": "2026-11-21T09:29:59.999999Z"}, "tasks_updated_after_created"),
        *[
            ({name: None}, name)
            for name in (
                *("title", "priority", "tags", "created_at", "updated_at", "version", "position"),
                *("owner_id", "id"),
            )
        ],
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_task_that_the_domain_would_refuse_is_refused(
    durable_url: str, values: Row, constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        insert_task(durable_url, **values)


@pytest.mark.parametrize("values", [{}, {"position": 7, "previous": 6}, {"position": 2**53}])
def test_an_entry_follows_the_one_before(durable_url: str, values: Row) -> None:
    insert_entry(durable_url, **values)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"position": 0}, "journal_position_counts"),
        ({"position": 1, "previous": 1}, "journal_previous_before"),
        ({"position": 1, "previous": 2}, "journal_previous_before"),
        *[
            ({name: None}, name)
            for name in ("owner_id", "position", "task_id", "version", "action", "at", "by_id")
        ],
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_entry_that_follows_nothing_is_refused(
    durable_url: str, values: Row, constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        insert_entry(durable_url, **values)


@pytest.mark.parametrize("insert", [insert_task, insert_entry])
def test_what_is_there_cannot_be_inserted_again(durable_url: str, insert: object) -> None:
    key = {"owner_id": f"owner-{an_id()}", "position": 1} | (
        {"id": str(an_id())} if insert is insert_task else {}
    )
    assert callable(insert)
    insert(durable_url, **key)

    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        insert(durable_url, **key)
