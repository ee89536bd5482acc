"""How far a client has come, as opaque text that carries no authority."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from application.journal import Since
from domain.listing import Mark

# An instant, in microseconds, and a task's id.
_PLACE = re.compile(r"([0-9]{1,18})-([0-9a-f]{32})")
# A position; and while the present tasks are being told, the place of the last one told.
_SINCE = re.compile(rf"c([0-9]{{1,18}})(?:-({_PLACE.pattern}))?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def write_place(at: datetime, id: UUID) -> str:
    """An instant and a task, as the cursor of a list in that order."""
    return f"{(at - _EPOCH) // _MICROSECOND}-{id.hex}"


def read_place(text: str) -> tuple[datetime, UUID]:
    """What `write_place` was given. Raises `ValueError` for what it never made."""
    match = _PLACE.fullmatch(text)
    try:
        if match is not None:
            return _EPOCH + int(match[1]) * _MICROSECOND, UUID(match[2])
    except OverflowError:
        pass
    raise ValueError("must be the one a Link header gave")


def write_since(since: Since) -> str:
    """The token of how far somebody has come who follows changes."""
    if since.mark is None:
        return f"c{since.position}"
    created_at = since.mark.values[0]
    if not isinstance(created_at, datetime):
        raise TypeError("present tasks are told in the order of their creation")
    return f"c{since.position}-{write_place(created_at, since.mark.id)}"


def read_since(text: str) -> Since:
    """What `write_since` was given. Raises `ValueError` for what it never made."""
    match = _SINCE.fullmatch(text)
    if match is None:
        raise ValueError("must be the `next` of an answer, or the id of an event")
    if match[2] is None:
        return Since(int(match[1]))
    created_at, id = read_place(match[2])
    return Since(int(match[1]), Mark((created_at,), id))
