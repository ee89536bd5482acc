"""The records of an import: what a file says of tasks, by the rules for callers and a few more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from application.ports import NewId
from domain.change import Change
from domain.errors import FieldError, InvalidFields
from domain.fields import Fields, read_fields
from domain.instant import parse_instant
from domain.owner import Owner
from domain.reading import Reader, read_members
from domain.task import Task

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(minutes=1)  # by which the clock of another machine may be
_TICK = timedelta(microseconds=1)
_RANDOM_BITS = 62  # of an id (RFC 9562 §5.7)


@dataclass(frozen=True, slots=True)
class Record:
    """What a file says of one task in plain values, and at which place, counted from 1.

    Of one that could not be made plain values, `flaw` says what it must be instead.
    """

    place: int
    given: object = None
    flaw: str | None = None


Records = Callable[[], Iterable[Record]]
"""All records of a file, from the first one on each time."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A task that a record stands for; `completed_at` is none where it does not say since when.

    `said` is the id in the record, if there is one.
    """

    id: UUID
    said: str | None
    fields: Fields
    created_at: datetime
    completed: bool
    completed_at: datetime | None

    def changes(self, owner: Owner, *, at: datetime) -> Sequence[Change]:
        """The steps by which it becomes a task of the owner's."""
        at = max(at, self.created_at)
        new = Task.create(
            owner=owner, id=self.id, fields=self.fields, at=at, created_at=self.created_at
        )
        created = Change(None, new, owner)
        if not self.completed:
            return [created]
        return [created, Change(new, new.complete(at=at, completed_at=self.completed_at), owner)]


@dataclass(frozen=True, slots=True)
class Drafter:
    """Makes drafts for an owner, in an import that began `at` then.

    An id is kept if it is one that would be made from `created_at`. Another becomes, each time,
    the same such id, so that importing a file again finds what it made the first time.
    """

    owner: Owner
    new_id: NewId
    at: datetime

    def draft(self, record: Record) -> Draft:
        """The draft of a record. Raises `InvalidFields`, naming every bad member."""
        if record.flaw is not None:
            raise InvalidFields([FieldError((), record.flaw)])
        if not isinstance(record.given, Mapping):
            raise InvalidFields([FieldError((), "must be an object")])
        fields, kept = _read(record.given)
        created_at = kept.get("created_at") or self.at + record.place * _TICK
        completed_at = kept.get("completed_at")
        completed = fields.pop("completed", completed_at is not None)
        self._check(kept, created_at, completed=completed)
        said = kept.get("id")
        return Draft(self._id(said, created_at), said, fields, created_at, completed, completed_at)

    def _check(self, kept: Mapping[str, Any], created_at: datetime, *, completed: bool) -> None:
        errors = [
            FieldError((name,), "must not lie in the future")
            for name in ("created_at", "completed_at")
            if (instant := kept.get(name)) and instant > self.at + _AHEAD
        ]
        completed_at = kept.get("completed_at")
        if completed_at and not completed:
            errors.append(FieldError(("completed_at",), "must be null where completed is false"))
        if completed_at and completed_at < created_at:
            errors.append(FieldError(("completed_at",), "must not be before created_at"))
        if errors:
            raise InvalidFields(errors)

    def _id(self, said: str | None, created_at: datetime) -> UUID:
        fresh = self.new_id(created_at)
        if said is None:
            return fresh
        fixed = fresh.int >> _RANDOM_BITS
        if (id := _uuid(said)) and id.int >> _RANDOM_BITS == fixed:
            return id
        digest = sha256(f"{self.owner.key}\n{said}".encode()).digest()
        random = int.from_bytes(digest) % (1 << _RANDOM_BITS)
        return UUID(int=fixed << _RANDOM_BITS | random)


def _read(given: Mapping[str, object]) -> tuple[Fields, dict[str, Any]]:
    """What a caller may say of a task, and what only a file may."""
    fields, kept, errors = Fields(), dict[str, Any](), list[FieldError]()
    try:
        fields = read_fields(given, required=("title",))
    except InvalidFields as bad:
        errors += bad.errors
    try:
        kept = read_members({name: given[name] for name in _KEPT if name in given}, _KEPT)
    except InvalidFields as bad:
        errors += bad.errors
    if errors:
        raise InvalidFields(errors)
    return fields, kept


def _instant(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        instant = parse_instant(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    if instant is None:
        raise ValueError(
            "must be an RFC 3339 date-time with an offset (2026-12-01T17:00:00Z), or null"
        )
    if instant < _EPOCH:
        raise ValueError("must not be before 1970")
    return instant


def _said_id(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError("must be a string or null")
    id = _uuid(value or "")
    return str(id) if id else value or None


def _uuid(text: str) -> UUID | None:
    """The id that a text is in its usual form, in either case."""
    try:
        id = UUID(text)
    except ValueError:
        return None
    return id if str(id) == text.lower() else None


_KEPT: dict[str, Reader] = {"id": _said_id, "created_at": _instant, "completed_at": _instant}
