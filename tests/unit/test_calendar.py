"""Days in time zones whose clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar

calendars = st.sampled_from(sorted(available_timezones())).map(lambda z: Calendar(ZoneInfo(z)))
days = st.dates(date(1970, 1, 2), date(2999, 12, 30))
instants = st.datetimes(
    datetime(1970, 1, 2),  # noqa: DTZ001 - Hypothesis wants them naive
    datetime(2999, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("UTC", "2026-03-29", "2026-03-29T00:00:00+00:00"),
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00+00:00"),
        ("Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00+00:00"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00+00:00"),  # midnight is skipped
        ("America/Havana", "2026-11-01", "2026-11-01T04:00:00+00:00"),  # midnight comes twice
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00+00:00"),  # a day that never was
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00+00:00"),
    ],
)
def test_a_day_begins_at_its_first_moment(zone: str, day: str, begins: str) -> None:
    calendar = Calendar(ZoneInfo(zone))

    assert calendar.midnight(date.fromisoformat(day)).isoformat() == begins


def test_today_is_another_day_elsewhere() -> None:
    now = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)

    assert Calendar().today(now) == date(2026, 3, 28)
    assert Calendar(ZoneInfo("Europe/Berlin")).today(now) == date(2026, 3, 29)
    assert Calendar(ZoneInfo("Pacific/Kiritimati")).today(now) == date(2026, 3, 29)


@given(calendars, days)
def test_days_begin_in_their_order(calendar: Calendar, day: date) -> None:
    assert calendar.midnight(day) <= calendar.midnight(day + timedelta(days=1))


@given(calendars, instants)
def test_the_first_day_from_an_instant_is_the_first_that_begins_no_earlier(
    calendar: Calendar, instant: datetime
) -> None:
    first = calendar.first_day_from(instant)

    assert calendar.midnight(first) >= instant
    assert calendar.midnight(first - timedelta(days=1)) < instant


@given(calendars, instants)
def test_the_first_day_after_an_instant_is_the_first_that_begins_later(
    calendar: Calendar, instant: datetime
) -> None:
    first = calendar.first_day_after(instant)

    assert calendar.midnight(first) > instant
    assert calendar.midnight(first - timedelta(days=1)) <= instant
