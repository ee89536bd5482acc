"""JSON at the edge: what comes in as plain values, what goes out in the contract's shape (§2)."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from domain.errors import FieldError, InvalidFields
from domain.fields import READ_ONLY, Priority
from domain.instant import format_instant
from domain.task import Task
from entrypoints.http.errors import NotJson

DEEPEST = 64

# A string, even one that never ends, or a bracket outside of strings: linear on any input.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class TaskBody(msgspec.Struct, frozen=True, gc=False):
    """A task as clients see it; what is not text yet, msgspec writes in the contract's form."""

    id: UUID
    user_id: str
    title: str
    description: str | None
    priority: Priority
    due_date: str | None
    tags: tuple[str, ...]
    completed: bool
    completed_at: datetime | str | None
    created_at: datetime | str
    updated_at: datetime | str
    version: int


def write_task(task: Task) -> bytes:
    """One task as JSON."""
    return msgspec.json.encode(body_of(task))


def write_tasks(tasks: Iterable[Task]) -> bytes:
    """A bare JSON array of tasks."""
    return msgspec.json.encode([body_of(task) for task in tasks])


def read_object(body: bytes) -> Mapping[str, object]:
    """The members of the JSON object that a body is; of a repeated one, the last.

    Raises `NotJson`, and `InvalidFields` for JSON that is no object.
    """
    value = _read_json(body)
    if not isinstance(value, dict):
        raise InvalidFields([FieldError((), "must be an object")])
    return value


def read_completed(body: bytes) -> bool | None:
    """What the body of `…/complete` asks for: a state, or none (toggle) if it is empty or `{}`.

    Raises `NotJson` and `InvalidFields`.
    """
    if not body:
        return None
    members = {name: v for name, v in read_object(body).items() if name not in READ_ONLY}
    completed = members.pop("completed", None) if "completed" in members else ...
    errors = [FieldError((name,), "is not known here") for name in members]
    if completed is not ... and not isinstance(completed, bool):
        errors.append(FieldError(("completed",), "must be true or false"))
    if errors:
        raise InvalidFields(errors)
    return completed if isinstance(completed, bool) else None


def _read_json(body: bytes) -> object:
    if _too_deep(body):
        raise NotJson(f"the body is nested deeper than {DEEPEST} levels")
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise NotJson(f"the body is not JSON: {error}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise NotJson("the body is not JSON in UTF-8") from error


def _too_deep(body: bytes) -> bool:
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    depth = 0
    for token in _TOKEN.finditer(body):
        first = body[token.start()]
        if first in b"[{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif first in b"]}":
            depth -= 1
    return False


def body_of(task: Task) -> TaskBody:
    due = task.due_date
    return TaskBody(
        id=task.id,
        user_id=task.owner.subject,
        title=task.title,
        description=task.description,
        priority=task.priority,
        due_date=None if due is None else str(due),
        tags=task.tags,
        completed=task.completed,
        completed_at=None if task.completed_at is None else instant_body(task.completed_at),
        created_at=instant_body(task.created_at),
        updated_at=instant_body(task.updated_at),
        version=task.version,
    )


def instant_body(instant: datetime) -> datetime | str:
    """What becomes the contract's form in JSON, text only where msgspec has another form.

    Of a whole second it leaves out the fraction, and other zones than UTC it keeps.
    """
    if instant.microsecond and instant.tzinfo is UTC:
        return instant
    return format_instant(instant)
