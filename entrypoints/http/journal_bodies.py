"""What the journal tells, as JSON in the contract's shape (§6)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from application.batch import Outcome
from application.journal import Item
from application.operations import Op
from domain.change import Entry
from domain.errors import FieldError, InvalidFields
from domain.task import Task
from entrypoints.http.bodies import TaskBody, body_of, instant_body, read_object


class GoneBody(msgspec.Struct, frozen=True):
    """A task that is no longer there."""

    id: UUID
    deleted: bool


class ChangesBody(msgspec.Struct, frozen=True):
    """What changed, and how far one has come by it."""

    changes: list[TaskBody | GoneBody]
    next: str


class StepBody(msgspec.Struct, frozen=True):
    """A step of a task's history; where it came from is in the entry."""

    version: int
    at: datetime | str
    by: str
    action: str
    changed: dict[str, dict[str, object]]


class TrashedBody(TaskBody, frozen=True, gc=False):
    """A task in the trash."""

    deleted_at: datetime | str | None


class OutcomeBody(msgspec.Struct, frozen=True):
    """What an operation of a batch led to."""

    status: int
    task: TaskBody | None


_STATUSES = {Op.CREATE: 201, Op.EDIT: 200, Op.COMPLETE: 200, Op.DELETE: 204}


def write_changes(items: Iterable[Item], token: str) -> bytes:
    """A page of changes."""
    return msgspec.json.encode(ChangesBody([change_of(item) for item in items], token))


def write_change(item: Item) -> bytes:
    """One change."""
    return msgspec.json.encode(change_of(item))


def change_of(item: Item) -> TaskBody | GoneBody:
    """A task as it is now, or a tombstone."""
    return GoneBody(item, deleted=True) if isinstance(item, UUID) else body_of(item)


def write_history(entries: Iterable[Entry]) -> bytes:
    """A page of a task's history."""
    return msgspec.json.encode([step_of(entry) for entry in entries])


def step_of(entry: Entry) -> StepBody:
    """One step of it."""
    return StepBody(
        version=entry.version,
        at=instant_body(entry.at),
        by=entry.by.subject,
        action=str(entry.action),
        changed={
            name: {"from": before, "to": after} for name, (before, after) in entry.changed.items()
        },
    )


def write_trash(tasks: Iterable[Task]) -> bytes:
    """A page of the trash."""
    return msgspec.json.encode([trashed_of(task) for task in tasks])


def write_outcomes(outcomes: Sequence[Outcome]) -> bytes:
    """What a batch led to, in the order of its operations."""
    results = [
        OutcomeBody(
            _STATUSES[outcome.op], None if outcome.op is Op.DELETE else body_of(outcome.task)
        )
        for outcome in outcomes
    ]
    return msgspec.json.encode({"results": results})


def read_nothing(body: bytes) -> None:
    """A body that has nothing to say: none at all, or `{}`. Raises `NotJson`, `InvalidFields`."""
    members = read_object(body) if body else {}
    if members:
        raise InvalidFields([FieldError((name,), "is not known here") for name in members])


def trashed_of(task: Task) -> TrashedBody:
    """A task in the trash, as its owner sees it."""
    deleted_at = None if task.deleted_at is None else instant_body(task.deleted_at)
    return TrashedBody(**msgspec.structs.asdict(body_of(task)), deleted_at=deleted_at)
