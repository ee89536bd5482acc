"""Single values between columns and the domain, whichever driver gave them."""

import json
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from domain.due import Due
from domain.instant import format_instant


def day_of(value: date | str) -> date:
    """The day, from the value of a column of days."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def instant_text(instant: datetime | None) -> str | None:
    """The value of a column of instants, on its way in."""
    return None if instant is None else format_instant(instant)


def id_of(value: UUID | str) -> UUID:
    """The id, from the value of a column of ids."""
    return UUID(value) if isinstance(value, str) else value


def instant_of(value: datetime | str) -> datetime:
    """The instant, in UTC, from the value of a column of instants."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def instant_or_none(value: datetime | str | None) -> datetime | None:
    """The instant, if the column holds one."""
    return None if value is None else instant_of(value)


def due_of(day: date | str | None, at: datetime | str | None) -> Due | None:
    """The due date, from its two columns."""
    if day is not None:
        return Due(day=day_of(day))
    return None if at is None else Due(instant=instant_of(at))


def json_of(value: Any) -> Any:
    """What a column of JSON holds."""
    return json.loads(value) if isinstance(value, str) else value


def tags_of(value: Any) -> tuple[str, ...]:
    """The tags, from the value of their column."""
    return _tags_of(value) if isinstance(value, str) else tuple(value)


@lru_cache(1024)  # few are many tasks' tags, and most tasks have none
def _tags_of(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
