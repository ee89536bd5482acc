"""What a caller may say of a task, and the rules for it (contract §2).

Every way in, HTTP or in process, passes plain values through `read_fields`, so that there is one
verdict on each input whatever the technology.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypedDict, cast

from domain.due import Due
from domain.errors import FieldError, InvalidFields
from domain.reading import Reader, at_most, read_members, read_text

MAX_TITLE = 500
MAX_DESCRIPTION = 16_384
MAX_TAGS = 20
MAX_TAG = 50

READ_ONLY = frozenset(
    {"id", "user_id", "created_at", "updated_at", "completed_at", "version"}
)  # ignored, so that a client may send a whole task back


class Priority(StrEnum):
    """How urgent a task is, in ascending order."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


RANKS = {priority: rank for rank, priority in enumerate(Priority)}
"""Each priority's place in their order, from 0."""


class Fields(TypedDict, total=False):
    """Well-formed values for the members given; an absent member is to be kept."""

    title: str
    description: str | None
    priority: Priority
    due_date: Due | None
    tags: tuple[str, ...]
    completed: bool


def read_fields(given: Mapping[str, object], *, required: tuple[str, ...] = ()) -> Fields:
    """The fields that plain values stand for.

    Text comes as `str`, `due_date` as text (or a `Due`), `priority` as its name, `tags` as a list.
    `None` clears: to none, `Priority.NONE` or no tags. Raises `InvalidFields`, which names every
    bad, unknown or missing member at once.
    """
    said = {name: value for name, value in given.items() if name not in READ_ONLY}
    members = read_members(said, _READERS, required=required, unknown="is not a member of a task")
    return cast("Fields", members)


def _title(value: object) -> str:
    title = read_text(value).strip()
    if not title:
        raise ValueError("must not be blank")
    return at_most(MAX_TITLE, title)


def _description(value: object) -> str | None:
    return None if value is None else at_most(MAX_DESCRIPTION, read_text(value))


def read_priority(value: object) -> Priority:
    """The priority of a name; none is the lowest. Raises `ValueError`, saying what it must be."""
    if value is None:
        return Priority.NONE
    if isinstance(value, str) and value in _PRIORITIES:
        return _PRIORITIES[value]
    raise ValueError(f"must be one of {', '.join(Priority)}")


def _due_date(value: object) -> Due | None:
    if value is None or isinstance(value, Due):
        return value
    if not isinstance(value, str):
        raise ValueError("must be a string or null")
    return Due.parse(value)


def _tags(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise ValueError("must be an array of strings")
    if len(value) > MAX_TAGS:
        raise ValueError(f"must be at most {MAX_TAGS} tags")
    tags: list[str] = []
    errors = list(_read_tags(value, tags))
    if errors:
        raise InvalidFields(errors)
    return tuple(tags)


def _read_tags(values: list[object] | tuple[object, ...], tags: list[str]) -> Iterator[FieldError]:
    for place, value in enumerate(values):
        try:
            tag = at_most(MAX_TAG, read_text(value).strip())
            if not tag:
                raise ValueError("must not be blank")
            if tag in tags:
                raise ValueError("must not repeat another tag")
            tags.append(tag)
        except ValueError as bad:
            yield FieldError((place,), str(bad))


def _completed(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


_PRIORITIES = {str(priority): priority for priority in Priority}
_READERS: dict[str, Reader] = {
    "title": _title,
    "description": _description,
    "priority": read_priority,
    "due_date": _due_date,
    "tags": _tags,
    "completed": _completed,
}
