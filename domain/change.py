"""One step of an owner's journal, made from a task before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from domain.fields import Priority
from domain.owner import Owner
from domain.task import Task

Plain: TypeAlias = "bool | int | str | list[Plain] | None"


class Action(StrEnum):
    """What a change did to its task, in one word."""

    CREATE = "create"
    EDIT = "edit"
    COMPLETE = "complete"
    REOPEN = "reopen"
    REVERT = "revert"
    DELETE = "delete"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Change:
    """A write that was accepted: `by` made of `before` (none for a new task) `after`.

    `changed` says from what to what, for each field that differs, in the contract's plain values; a
    new task comes from nothing, and every field that says something from none. `reverts` says that
    it brings an earlier version back, which the two tasks do not show.
    """

    before: Task | None
    after: Task
    by: Owner
    reverts: bool = False
    changed: Mapping[str, tuple[Plain, Plain]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "changed", _changed(self.before, self.after))

    @property
    def at(self) -> datetime:
        """When: the instant that the task took over as its `updated_at`."""
        return self.after.updated_at

    @property
    def gain(self) -> int:
        """How many tasks the owner has more after it: 1, 0 or -1; those in the trash left out."""
        before = self.before is not None and not self.before.deleted
        return int(not self.after.deleted) - int(before)

    @property
    def action(self) -> Action:
        """What it did, read off the two tasks."""
        if self.before is None:
            return Action.CREATE
        if self.after.deleted and not self.before.deleted:
            return Action.DELETE
        if self.before.deleted and not self.after.deleted:
            return Action.RESTORE
        if self.reverts:
            return Action.REVERT
        if self.changed.keys() == {"completed"}:
            return Action.COMPLETE if self.after.completed else Action.REOPEN
        return Action.EDIT


@dataclass(frozen=True, slots=True)
class Entry:
    """A change as the journal keeps it.

    `position` counts the owner's changes from 1 without gaps, in commit order. `previous` is the
    position of the same task's entry before this one, none for its first.
    """

    position: int
    previous: int | None
    task_id: UUID
    version: int
    action: Action
    at: datetime
    by: Owner
    changed: Mapping[str, tuple[Plain, Plain]]


def content_before(content: Mapping[str, Plain], entry: Entry) -> dict[str, Plain]:
    """The content that a task had before an entry of its own led to this."""
    return {**content, **{name: before for name, (before, _) in entry.changed.items()}}


def content(task: Task) -> dict[str, Plain]:
    """What the owner said of a task, in the contract's plain values."""
    return {
        "title": task.title,
        "description": task.description,
        "priority": str(task.priority),
        "due_date": None if task.due_date is None else str(task.due_date),
        "tags": list(task.tags),
        "completed": task.completed,
    }


def _changed(before: Task | None, after: Task) -> Mapping[str, tuple[Plain, Plain]]:
    was = content(before) if before else _NOTHING
    return {
        name: (was[name] if before else None, value)
        for name, value in content(after).items()
        if value != was[name]
    }


_NOTHING: Mapping[str, Plain] = {
    "title": None,
    "description": None,
    "priority": str(Priority.NONE),
    "due_date": None,
    "tags": [],
    "completed": False,
}
