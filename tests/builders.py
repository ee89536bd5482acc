"""Owners, tasks and accounts for tests, which share databases and stay apart by their owners."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeAlias, Unpack
from uuid import UUID, uuid4

from adapters.system.ids import RandomIds
from domain.account import Account
from domain.credentials import Email
from domain.fields import Fields, read_fields
from domain.listing import NEWEST_FIRST, Listing, mark_of
from domain.owner import Owner
from domain.session import RefreshToken, Session, begin
from domain.task import Task

Verb: TypeAlias = Callable[[Task], Task]
"""What `Tasks.update` takes."""

HASH = "$argon2id$"
"""The password hash of an account that `an_account` made."""

NOBODYS = UUID("01a1fd71-30bb-774b-891e-0882574c43e8")
"""The id of a task that nobody has, for parameters, which every worker must find the same."""

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


def an_account(email: str | None = None, *, at: datetime | None = None) -> Account:
    """An account that nobody has stored, newer than every one before unless `at` says when."""
    at = at or later()
    return Account(
        id=an_id(at),
        email=Email.read(email or f"{uuid4()}@example.com"),
        password_hash=HASH,
        created_at=at,
    )


def a_session(
    account: UUID | None = None,
    *,
    at: datetime = DAWN,
    lasts: timedelta = timedelta(days=30),
    at_most: timedelta = timedelta(days=180),
    agent: str | None = None,
) -> tuple[Session, RefreshToken]:
    """A session that nobody has stored, which begins `at` then, and its first token."""
    return begin(
        account or an_id(),
        an_id(),
        randomness=secrets.token_bytes(64),
        agent=agent,
        at=at,
        lasts=lasts,
        at_most=at_most,
    )
