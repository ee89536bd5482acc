"""Tasks and entries as rows, one function each way.

A row on its way in holds plain values (text, numbers, none), which go alike into SQLite's columns
and through JSON into PostgreSQL's. On its way out each driver gives what its columns are.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from adapters.sql.tables import journal, receipts, tasks
from application.errors import CorruptRecord
from application.ports import Receipt
from domain.change import Action, Change, Entry
from domain.due import Due
from domain.errors import TaskhavenError
from domain.fields import RANKS, Priority
from domain.instant import format_instant
from domain.listing import search_text, title_key
from domain.owner import Owner
from domain.task import Task

_DERIVED = {"owner_id", "title_key", "search_text"}
TASK_COLUMNS = tuple(column for column in tasks.c if column.name not in _DERIVED)
RECEIPT_COLUMNS = tuple(column for column in receipts.c if column.name != "owner_id")
ENTRY_COLUMNS = tuple(column for column in journal.c if column.name != "owner_id")

_PRIORITIES = tuple(Priority)


def row_of(task: Task) -> dict[str, Any]:
    """The task's row but for owner and position; `tags` is a list, for the adapter to encode."""
    due = task.due_date
    return {
        "id": str(task.id),
        "title": task.title,
        "title_key": title_key(task.title),
        "search_text": search_text(task),
        "description": task.description,
        "priority": RANKS[task.priority],
        "due_day": str(due.day) if due and due.day else None,
        "due_at": _instant_text(due.instant) if due else None,
        "tags": list(task.tags),
        "completed_at": _instant_text(task.completed_at),
        "created_at": _instant_text(task.created_at),
        "updated_at": _instant_text(task.updated_at),
        "version": task.version,
        "deleted_at": _instant_text(task.deleted_at),
    }


@dataclass(frozen=True, slots=True)
class Step:
    """A change to store, and the position of its task's last entry, if it has one."""

    change: Change
    previous: int | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """All that one atomic step stores for an owner, who may have `most` tasks after it."""

    owner: Owner
    steps: Sequence[Step]
    receipt: Receipt | None = None
    most: int | None = None

    @property
    def gain(self) -> int:
        """How many tasks the owner has more after it."""
        return sum(step.change.gain for step in self.steps)


def step_row_of(step: Step) -> dict[str, Any]:
    """The row of the task after the change, and with it what its journal entry needs.

    `changed` is a dictionary, for the adapter to encode; the entry's `at` is `updated_at`.
    """
    change = step.change
    return row_of(change.after) | {
        "previous": step.previous,
        "action": str(change.action),
        "by_id": change.by.key,
        "changed": change.changed,
    }


def receipt_row_of(receipt: Receipt) -> dict[str, Any]:
    """The receipt's row but for its owner."""
    return {
        "key": receipt.key,
        "digest": receipt.digest,
        "answer": receipt.answer,
        "made_at": format_instant(receipt.made_at),
        "expires_at": format_instant(receipt.expires_at),
    }


def receipt_of(row: Sequence[Any]) -> Receipt:
    """The receipt, from the values of `RECEIPT_COLUMNS`."""
    key, digest, answer, made_at, expires_at = row
    return Receipt(key, digest, answer, _instant(made_at), _instant(expires_at))


def task_of(owner: Owner, row: Sequence[Any]) -> tuple[Task, int]:
    """The owner's task and its last entry's position, from the values of `TASK_COLUMNS`.

    Raises `CorruptRecord` if they are not what `row_of` wrote.
    """
    try:
        id, title, description, priority, day, at, tags, completed, created, updated = row[:10]
        version, deleted, position = row[10:]
        task = Task(
            owner=owner,
            id=_id(id),
            title=title,
            description=description,
            priority=_PRIORITIES[priority],
            due_date=_due(day, at),
            tags=tuple(_json(tags)),
            completed_at=_instant_or_none(completed),
            created_at=_instant(created),
            updated_at=_instant(updated),
            version=version,
            deleted_at=_instant_or_none(deleted),
        )
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise CorruptRecord("a task's row cannot be read") from error
    return task, position


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry, from the values of `ENTRY_COLUMNS`. Raises `CorruptRecord`."""
    position, previous, task_id, version, action, at, by, changed = row
    try:
        changes: Mapping[str, Any] = _json(changed)
        return Entry(
            position=position,
            previous=previous,
            task_id=_id(task_id),
            version=version,
            action=Action(action),
            at=_instant(at),
            by=Owner.from_key(by),
            changed={name: (before, after) for name, (before, after) in changes.items()},
        )
    except (ValueError, TypeError, AttributeError, TaskhavenError) as error:
        raise CorruptRecord("a journal entry cannot be read") from error


def day_of(value: date | str) -> date:
    """The day, from the value of a column of days."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _instant_text(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _id(value: UUID | str) -> UUID:
    return UUID(value) if isinstance(value, str) else value


def _instant(value: datetime | str) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.astimezone(UTC)


def _instant_or_none(value: datetime | str | None) -> datetime | None:
    return None if value is None else _instant(value)


def _due(day: date | str | None, at: datetime | str | None) -> Due | None:
    if day is not None:
        return Due(day=day_of(day))
    return None if at is None else Due(instant=_instant(at))


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
