"""Owners and tasks for tests. Tests share databases, and stay apart by owners of their own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeAlias, Unpack
from uuid import UUID, uuid4

from adapters.system.ids import RandomIds
from domain.fields import Fields, read_fields
from domain.listing import NEWEST_FIRST, Listing, mark_of
from domain.owner import Owner
from domain.task import Task

Verb: TypeAlias = Callable[[Task], Task]
"""What `Tasks.update` takes."""

DAWN = datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC)

_ticks = count(1)
_new_id = RandomIds()


def later() -> datetime:
    """An instant after every one this gave before."""
    return DAWN + timedelta(seconds=next(_ticks))


def an_owner(realm: str = "") -> Owner:
    """An owner whom no other test knows."""
    return Owner(f"user-{uuid4()}", realm)


def an_id(at: datetime | None = None) -> UUID:
    """The id of a task that nobody has."""
    return _new_id(at or later())


def a_task(owner: Owner | None = None, *, at: datetime | None = None, **given: object) -> Task:
    """A new task of plain values, newer than every one this made before unless `at` says when."""
    at = at or later()
    fields = read_fields({"title": "Buy milk", **given}, required=("title",))
    return Task.create(owner=owner or an_owner(), id=_new_id(at), fields=fields, at=at)


def newest_first(limit: int, beyond: Task | None = None) -> Listing:
    """A list, newest first, from where this task was."""
    return Listing(limit, after=mark_of(beyond, NEWEST_FIRST) if beyond else None)


def edit(**fields: Unpack[Fields]) -> Verb:
    """A change that edits these fields."""
    at = later()
    return lambda task: task.edit(fields, at=at)


def toggle(task: Task) -> Task:
    """A change that toggles."""
    return task.toggle(at=task.updated_at)


def trash(task: Task) -> Task:
    """A change that deletes."""
    return task.trash(at=task.updated_at)
