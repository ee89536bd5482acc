"""When a task is due: a day or an instant."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self

from domain.instant import format_instant, parse_instant

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2999, 12, 31)
_FIRST_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
_END_OF_INSTANTS = datetime(3000, 1, 1, tzinfo=UTC)
_FORMS = "must be a day (2026-12-01) or an RFC 3339 date-time with an offset (2026-12-01T17:00:00Z)"
_RANGE = "must lie in the years 1970 to 2999"


@dataclass(frozen=True, slots=True)
class Due:
    """Either a `day`, which is that day wherever the user is and never shifts, or an `instant`.

    Exactly one of the two is set. Raises `ValueError`, saying what it must be, when that does not
    hold, when an instant is naive, or outside 1970-2999: what every storage can hold and read back.
    """

    day: date | None = None
    instant: datetime | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.instant is None:
            if not _FIRST_DAY <= self.day <= _LAST_DAY:
                raise ValueError(_RANGE)
        elif self.instant is not None and self.day is None:
            if self.instant.tzinfo is None:
                raise ValueError(_FORMS)
            if not _FIRST_INSTANT <= self.instant < _END_OF_INSTANTS:
                raise ValueError(_RANGE)
        else:
            raise ValueError("must be either a day or an instant")

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the contract's text form (§2); raises `ValueError`, saying what it must be."""
        day = instant = None
        try:
            if _DAY.fullmatch(text):
                day = date.fromisoformat(text)
            else:
                instant = parse_instant(text)
        except ValueError as error:
            raise ValueError(_FORMS) from error
        return cls(day, instant)

    def __str__(self) -> str:
        if self.instant is not None:
            return format_instant(self.instant)
        return str(self.day)
