"""Tasks and entries as rows, one function each way.

A row on its way in holds plain values (text, numbers, none), which go alike into SQLite's columns
and through JSON into PostgreSQL's. On its way out each driver gives what its columns are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from adapters.sql.tables import journal, receipts, tasks
from adapters.sql.values import (
    due_of,
    id_of,
    instant_of,
    instant_or_none,
    instant_text,
    json_of,
    tags_of,
)
from application.errors import CorruptRecord
from application.ports import Receipt
from domain.change import Action, Change, Entry
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
        "due_at": instant_text(due.instant) if due else None,
        "tags": list(task.tags),
        "completed_at": instant_text(task.completed_at),
        "created_at": instant_text(task.created_at),
        "updated_at": instant_text(task.updated_at),
        "version": task.version,
        "deleted_at": instant_text(task.deleted_at),
    }


@dataclass(frozen=True, slots=True)
class Step:
    """A change to store, and the position of its task's last entry, if it has one.

    Where that is an entry of the same write, whose position is not known yet, `previous` counts
    back to it: -1 is the entry just before.
    """

    change: Change
    previous: int | None = None


def steps_of(changes: Sequence[Change], positions: Mapping[UUID, int]) -> Sequence[Step]:
    """The steps of several changes; `positions` are those of the tasks' last entries before."""
    last: dict[UUID, int] = {}
    steps = []
    for place, change in enumerate(changes):
        id = change.after.id
        here = last[id] - place if id in last else positions.get(id)
        steps.append(Step(change, here))
        last[id] = place
    return steps


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
    return Receipt(key, digest, answer, instant_of(made_at), instant_of(expires_at))


def task_of(owner: Owner, row: Sequence[Any]) -> tuple[Task, int]:
    """The owner's task and its last entry's position, from the values of `TASK_COLUMNS`.

    Raises `CorruptRecord` if they are not what `row_of` wrote.
    """
    try:
        id, title, description, priority, day, at, tags, completed, created, updated = row[:10]
        version, deleted, position = row[10:]
        task = Task(
            owner=owner,
            id=id_of(id),
            title=title,
            description=description,
            priority=_PRIORITIES[priority],
            due_date=due_of(day, at),
            tags=tags_of(tags),
            completed_at=instant_or_none(completed),
            created_at=instant_of(created),
            updated_at=instant_of(updated),
            version=version,
            deleted_at=instant_or_none(deleted),
        )
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise CorruptRecord("a task's row cannot be read") from error
    return task, position


def entry_of(row: Sequence[Any]) -> Entry:
    """The entry, from the values of `ENTRY_COLUMNS`. Raises `CorruptRecord`."""
    position, previous, task_id, version, action, at, by, changed = row
    try:
        changes: Mapping[str, Any] = json_of(changed)
        return Entry(
            position=position,
            previous=previous,
            task_id=id_of(task_id),
            version=version,
            action=Action(action),
            at=instant_of(at),
            by=Owner.from_key(by),
            changed={name: (before, after) for name, (before, after) in changes.items()},
        )
    except (ValueError, TypeError, AttributeError, TaskhavenError) as error:
        raise CorruptRecord("a journal entry cannot be read") from error
