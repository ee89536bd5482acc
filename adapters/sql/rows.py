"""Tasks and entries as rows, one function each way.

A row on its way in holds plain values (text, numbers, none), which go alike into SQLite's columns
and through JSON into PostgreSQL's. On its way out each driver gives what its columns are.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from adapters.sql.tables import journal, tasks
from application.errors import CorruptRecord
from domain.change import Action, Change, Entry
from domain.due import Due
from domain.errors import TaskhavenError
from domain.fields import Priority
from domain.instant import format_instant
from domain.owner import Owner
from domain.task import Task

TASK_COLUMNS = tuple(column for column in tasks.c if column.name != "owner_id")
ENTRY_COLUMNS = tuple(column for column in journal.c if column.name != "owner_id")

_PRIORITIES = tuple(Priority)
_RANKS = {priority: rank for rank, priority in enumerate(_PRIORITIES)}


def row_of(task: Task) -> dict[str, Any]:
    """The task's row but for owner and position; `tags` is a list, for the adapter to encode."""
    due = task.due_date
    return {
        "id": str(task.id),
        "title": task.title,
        "description": task.description,
        "priority": _RANKS[task.priority],
        "due_day": str(due.day) if due and due.day else None,
        "due_at": _instant_text(due.instant) if due else None,
        "tags": list(task.tags),
        "completed_at": _instant_text(task.completed_at),
        "created_at": _instant_text(task.created_at),
        "updated_at": _instant_text(task.updated_at),
        "version": task.version,
        "deleted_at": _instant_text(task.deleted_at),
    }


def change_row_of(change: Change, previous: int | None) -> dict[str, Any]:
    """The row of the task after the change, and with it what its journal entry needs.

    `changed` is a dictionary, for the adapter to encode; the entry's `at` is `updated_at`.
    """
    return row_of(change.after) | {
        "previous": previous,
        "action": str(change.action),
        "by_id": change.by.key,
        "changed": change.changed,
    }


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
        return Due(day=date.fromisoformat(day) if isinstance(day, str) else day)
    return None if at is None else Due(instant=_instant(at))


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
