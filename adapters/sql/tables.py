"""The tables as they are now; migrations lead here, which a test compares.

The owner comes first in every key, so that one owner's rows lie together, and on one shard. Each
index slows every write. Five serve the lists by `created_at` (which the order of ids is),
`updated_at` and `due_date`; none holds what lies in the trash, and no task is in more than three.
Two hold the trash alone.

A row of `owners` counts: the journal's last position, the present tasks, and the `horizon`, the
last position up to which the journal is no longer told: it was dropped, or came with a backup.
"""

from collections.abc import Sequence

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    and_,
)

from adapters.sql.types import COUNT, DAY, ID, INSTANT, JSON, KEY, POSITION, RANK, TEXT
from domain.fields import MAX_DESCRIPTION, MAX_TITLE, Priority

metadata = MetaData(naming_convention={"pk": "%(table_name)s_pkey", "ck": "%(constraint_name)s"})

owners = Table(
    "owners",
    metadata,
    Column("owner_id", KEY, primary_key=True),
    Column("position", POSITION, nullable=False),
    Column("present", COUNT, nullable=False),
    Column("horizon", POSITION, nullable=False, server_default="0"),
    sqlite_strict=True,
)

tasks = Table(
    "tasks",
    metadata,
    Column("owner_id", KEY, primary_key=True),
    Column("id", ID, primary_key=True),
    Column("title", TEXT, nullable=False),
    Column("title_key", KEY, nullable=False),
    Column("description", TEXT),
    Column("search_text", TEXT, nullable=False),
    Column("priority", RANK, nullable=False),
    Column("due_day", DAY),
    Column("due_at", INSTANT),
    Column("tags", JSON, nullable=False),
    Column("completed_at", INSTANT),
    Column("created_at", INSTANT, nullable=False),
    Column("updated_at", INSTANT, nullable=False),
    Column("version", COUNT, nullable=False),
    Column("deleted_at", INSTANT),
    Column("position", POSITION, nullable=False),
    CheckConstraint(f"length(title) BETWEEN 1 AND {MAX_TITLE}", name="tasks_title_length"),
    CheckConstraint(f"length(description) <= {MAX_DESCRIPTION}", name="tasks_description_length"),
    CheckConstraint(f"priority BETWEEN 0 AND {len(Priority) - 1}", name="tasks_priority_known"),
    CheckConstraint("due_day IS NULL OR due_at IS NULL", name="tasks_due_once"),
    CheckConstraint(
        "due_day >= '1970-01-01' AND due_day < '3000-01-01'", name="tasks_due_day_range"
    ),
    CheckConstraint(
        "due_at >= '1970-01-01T00:00:00.000000Z' AND due_at < '3000-01-01T00:00:00.000000Z'",
        name="tasks_due_at_range",
    ),
    CheckConstraint("version >= 1", name="tasks_version_counts"),
    CheckConstraint("position >= 1", name="tasks_position_counts"),
    CheckConstraint("updated_at >= created_at", name="tasks_updated_after_created"),
    sqlite_strict=True,
)


def _index(name: str, columns: Sequence[str], *conditions: ColumnElement[bool]) -> None:
    """An index of the present tasks for which the conditions hold."""
    where = and_(tasks.c.deleted_at.is_(None), *conditions)
    keys = [tasks.c[column] for column in ("owner_id", *columns, "id")]
    Index(name, *keys, postgresql_where=where, sqlite_where=where)


_index("tasks_present", [])
_index("tasks_by_updated_at", ["updated_at"])
_index("tasks_by_due_day", ["due_day"], tasks.c.due_day.is_not(None))
_index("tasks_by_due_at", ["due_at"], tasks.c.due_at.is_not(None))
_index("tasks_without_due", [], tasks.c.due_day.is_(None), tasks.c.due_at.is_(None))

_trashed = tasks.c.deleted_at.is_not(None)
for _name, _keys in (
    ("tasks_trashed", (tasks.c.owner_id, tasks.c.deleted_at, tasks.c.id)),
    ("tasks_trashed_by_age", (tasks.c.deleted_at,)),
):
    Index(_name, *_keys, postgresql_where=_trashed, sqlite_where=_trashed)

receipts = Table(
    "receipts",
    metadata,
    Column("owner_id", KEY, primary_key=True),
    Column("key", KEY, primary_key=True),
    Column("digest", KEY, nullable=False),
    Column("answer", TEXT, nullable=False),
    Column("made_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Index("receipts_by_expiry", "expires_at"),
    sqlite_strict=True,
)

journal = Table(
    "journal",
    metadata,
    Column("owner_id", KEY, primary_key=True),
    Column("position", POSITION, primary_key=True, autoincrement=False),
    Column("previous", POSITION),
    Column("task_id", ID, nullable=False),
    Column("version", COUNT, nullable=False),
    Column("action", TEXT, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("by_id", KEY, nullable=False),
    Column("changed", JSON, nullable=False),
    CheckConstraint("position >= 1", name="journal_position_counts"),
    CheckConstraint("previous < position", name="journal_previous_before"),
    sqlite_strict=True,
)

accounts = Table(
    "accounts",
    metadata,
    Column("owner_id", KEY, primary_key=True),
    Column("email", TEXT),
    Column("email_key", KEY),
    Column("name", TEXT),
    Column("password_hash", TEXT),
    Column("created_at", INSTANT, nullable=False),
    Column("disabled_at", INSTANT),
    Column("erased_at", INSTANT),
    Column("version", COUNT, nullable=False),
    UniqueConstraint("email_key", name="accounts_email"),
    CheckConstraint(
        "erased_at IS NOT NULL OR "
        "(email IS NOT NULL AND email_key IS NOT NULL AND password_hash IS NOT NULL)",
        name="accounts_whole_or_erased",
    ),
    CheckConstraint("version >= 1", name="accounts_version_counts"),
    sqlite_strict=True,
)
Index(
    "accounts_erased",
    accounts.c.erased_at,
    postgresql_where=accounts.c.erased_at.is_not(None),
    sqlite_where=accounts.c.erased_at.is_not(None),
)

sessions = Table(
    "sessions",
    metadata,
    Column("owner_id", KEY, primary_key=True),
    Column("id", ID, primary_key=True),
    Column("salt", KEY, nullable=False),
    Column("digest", KEY, nullable=False),
    Column("turn", COUNT, nullable=False),
    Column("agent", TEXT),
    Column("created_at", INSTANT, nullable=False),
    Column("refreshed_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Column("ends_at", INSTANT, nullable=False),
    CheckConstraint("turn >= 0", name="sessions_turn_counts"),
    Index("sessions_by_expiry", "expires_at"),
    sqlite_strict=True,
)

tallies = Table(
    "tallies",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("count", COUNT, nullable=False),
    Column("last_at", INSTANT, nullable=False),
    Column("version", COUNT, nullable=False),
    CheckConstraint("count >= 0", name="tallies_count_counts"),
    Index("tallies_by_age", "last_at"),
    sqlite_strict=True,
)
