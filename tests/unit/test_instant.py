"""Points in time: UTC, to the microsecond, and always growing."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.instant import following, format_instant, parse_instant

offsets = st.integers(-1439, 1439).map(lambda n: timezone(timedelta(minutes=n)))
anywhen = st.datetimes(
    datetime(2, 1, 1),  # noqa: DTZ001 - Hypothesis wants them naive
    datetime(9998, 12, 31),  # noqa: DTZ001
    timezones=offsets,
)


@given(anywhen)
def test_an_instant_is_read_back_from_its_text(instant: datetime) -> None:
    text = format_instant(instant)

    assert parse_instant(text) == instant
    assert parse_instant(text).tzinfo is UTC
    assert parse_instant(instant.isoformat()) == instant


@given(anywhen)
def test_a_text_has_six_fraction_digits_and_a_z(instant: datetime) -> None:
    text = format_instant(instant)

    assert len(text) == len("2026-11-21T09:30:00.123456Z")
    assert text[19] == "."
    assert text[-1] == "Z"


@given(anywhen, anywhen)
def test_texts_sort_as_the_instants_do(one: datetime, other: datetime) -> None:
    assert (one < other) == (format_instant(one) < format_instant(other))


@given(anywhen, anywhen)
def test_what_follows_is_never_before_what_was(previous: datetime, at: datetime) -> None:
    then = following(previous, at)

    assert then > previous
    assert then in (at, previous + timedelta(microseconds=1))


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
def test_N10_an_instant_outside_the_calendar_is_a_bad_value_and_no_accident(text: str) -> None:
    with pytest.raises(ValueError, match="out of range"):
        parse_instant(text)
