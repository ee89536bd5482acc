"""Days as a user lives them: what today is, and when a day begins, in their time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from domain.due import Due

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of one time zone."""

    zone: tzinfo = UTC

    def today(self, now: datetime) -> date:
        """The day that it is at `now`."""
        return now.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """The instant, in UTC, at which a day begins.

        Where the clocks skip midnight, the day begins at the moment of the skip; where they repeat
        it, at the first of the two.
        """
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def moment(self, due: Due) -> datetime:
        """The instant that a due date counts as: a day, as its midnight."""
        return due.instant or self.midnight(due.day or date.min)

    def first_day_from(self, instant: datetime) -> date:
        """The first day that begins at `instant` or later."""
        day = self.today(instant) - _DAY
        while self.midnight(day) < instant:
            day += _DAY
        return day

    def first_day_after(self, instant: datetime) -> date:
        """The first day that begins later than `instant`."""
        day = self.today(instant)
        while self.midnight(day) <= instant:
            day += _DAY
        return day


IN_UTC = Calendar()
