"""Stretches of time in which tasks are due."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.calendar import Calendar
from domain.due import Due

_FIRST_DAY, _LAST_DAY = date(1, 1, 1), date(9999, 12, 31)
_FIRST_INSTANT = datetime(1, 1, 2, tzinfo=UTC)
_LAST_INSTANT = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DueRange:
    """Due dates from a point in time (included) up to another (excluded), as days and instants."""

    first_day: date = _FIRST_DAY
    end_day: date = _LAST_DAY
    start: datetime = _FIRST_INSTANT
    end: datetime = _LAST_INSTANT

    @classmethod
    def after(cls, bound: Due, calendar: Calendar) -> "DueRange":
        """From `bound` on; a day counts as its midnight."""
        start = calendar.moment(bound)
        return cls(first_day=calendar.first_day_from(start), start=start)

    @classmethod
    def before(cls, bound: Due, calendar: Calendar) -> "DueRange":
        """Before `bound`; a day counts as its midnight."""
        end = calendar.moment(bound)
        return cls(end_day=calendar.first_day_from(end), end=end)

    @classmethod
    def today(cls, now: datetime, calendar: Calendar) -> "DueRange":
        """The day that it is at `now`, from midnight to midnight."""
        today = calendar.today(now)
        tomorrow = today + timedelta(days=1)
        return cls(today, tomorrow, calendar.midnight(today), calendar.midnight(tomorrow))

    @classmethod
    def past(cls, now: datetime, calendar: Calendar) -> "DueRange":
        """What should have been done by `now`: a day is past once it is over."""
        return cls(end_day=calendar.today(now), end=now)

    def __and__(self, other: "DueRange") -> "DueRange":
        return DueRange(
            max(self.first_day, other.first_day),
            min(self.end_day, other.end_day),
            max(self.start, other.start),
            min(self.end, other.end),
        )

    def includes(self, due: Due | None) -> bool:
        """Whether the due date lies in the range; no due date lies in none."""
        if due is None:
            return False
        if due.instant is not None:
            return self.start <= due.instant < self.end
        return due.day is not None and self.first_day <= due.day < self.end_day
