"""A day or an instant, and nothing that only looks like one (catalogue N09, N10)."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.due import Due
from domain.instant import format_instant
from tests.strategies import days, instants


@given(days)
def test_a_day_is_read_back_from_its_text(due: Due) -> None:
    assert Due.parse(str(due)) == due


@given(instants)
def test_an_instant_is_read_back_from_its_text(instant: datetime) -> None:
    due = Due(instant=instant)

    assert Due.parse(str(due)) == due


@pytest.mark.parametrize("text", ["1970-01-01", "2999-12-31", "2024-02-29", "2026-12-01"])
def test_a_day_stays_the_day_it_is(text: str) -> None:
    due = Due.parse(text)

    assert (due.day, due.instant) == (date.fromisoformat(text), None)
    assert str(due) == text


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-12-01T17:00:00Z", "2026-12-01T17:00:00.000000Z"),
        ("2026-12-01T17:00:00+01:00", "2026-12-01T16:00:00.000000Z"),
        ("2026-12-01T00:30:00+05:45", "2026-11-30T18:45:00.000000Z"),
        ("2026-12-01T17:00:00-00:00", "2026-12-01T17:00:00.000000Z"),
        ("2026-12-01T17:00:00+23:59", "2026-11-30T17:01:00.000000Z"),
        ("2026-12-01T17:00:00-23:59", "2026-12-02T16:59:00.000000Z"),
        ("2026-12-01t17:00:00z", "2026-12-01T17:00:00.000000Z"),
        ("2026-12-01T17:00:00.5Z", "2026-12-01T17:00:00.500000Z"),
        ("2026-12-01T17:00:00.123456Z", "2026-12-01T17:00:00.123456Z"),
        ("2026-12-01T17:00:00.1234569Z", "2026-12-01T17:00:00.123456Z"),
        ("2026-12-01T17:00:00.999999999Z", "2026-12-01T17:00:00.999999Z"),
        ("2026-12-01T23:59:59.99999999999999999999Z", "2026-12-01T23:59:59.999999Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
        ("1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00.000000Z"),
        ("2999-12-31T23:59:59.999999Z", "2999-12-31T23:59:59.999999Z"),
        ("3000-01-01T00:59:59+01:00", "2999-12-31T23:59:59.000000Z"),
    ],
)
def test_N09_an_instant_comes_back_in_utc_to_the_microsecond(text: str, utc: str) -> None:
    due = Due.parse(text)

    assert due.day is None
    assert str(due) == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-12-01T17:00:00",
        "2026-12-01T24:00:00Z",
        "2026-12-01T23:60:00Z",
        "2026-12-31T23:59:60Z",
        "2026-02-30",
        "2026-02-30T00:00:00Z",
        "2025-02-29",
        "2026-00-01",
        "2026-13-01",
        "2026-12-00",
        "2026-12-32T00:00:00Z",
        "2026-12-01T17:00:00+24:00",
        "2026-12-01T17:00:00+25:00",
        "2026-12-01T17:00:00+01:60",
        "2026-12-01T17:00:00+0100",
        "2026-12-01T17:00:00+01",
        "2026-12-01T17:00:00+01:00:30",
        "2026-12-01T17:00:00ZZ",
        "2026-12-01T17:00:00 Z",
        "2026-12-01T17:00Z",
        "2026-12-01 17:00:00Z",
        "2026-12-01_17:00:00Z",
        "2026-12-01T17:00:00.Z",
        "2026-12-01T17:00:00,5Z",
        "2026-12-01Z",
        "2026-12-01T",
        " 2026-12-01",
        "2026-12-01 ",
        "2026-12-01\n",
        "2026-12-01T17:00:00Z\n",
        "20261201",
        "2026-W49-2",
        "2026-335",
        "26-12-01",
        "+2026-12-01",
        "02026-12-01",
        "12026-12-01",
        "2026-12-1",
        "01.12.2026",
        "1796140800",
        "２０２６-12-01",
        "2026-12-01T17:00:00\u2212" + "01:00",
        "2026-12-01T17:00:00." + "1" * 5000 + "Z",
    ],
    ids=lambda text: ascii(text)[:30],
)
def test_N09_any_other_form_is_refused_and_the_right_ones_are_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must be a day \(2026-12-01\) or an RFC 3339"):
        Due.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "1969-12-31",
        "3000-01-01",
        "9999-12-31",
        "0001-01-01",
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00+00:01",
        "3000-01-01T00:00:00Z",
        "2999-12-31T23:59:59-00:01",
    ],
)
def test_N09_the_years_are_1970_to_2999(text: str) -> None:
    with pytest.raises(ValueError, match="1970 to 2999"):
        Due.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "0000-01-01",
        "0000-01-01T00:00:00Z",
        "10000-01-01",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
    ],
)
def test_N10_an_instant_that_no_storage_could_read_back_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must"):
        Due.parse(text)


@given(st.text() | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.?", fullmatch=True))
def test_any_text_is_a_due_or_refused_in_words(text: str) -> None:
    try:
        said = str(Due.parse(text))
    except ValueError as error:
        said = str(error)

    assert said == text or said.startswith("must ")


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"day": date(2026, 12, 1), "instant": datetime(2026, 12, 1, tzinfo=UTC)},
        {"instant": datetime(2026, 12, 1)},  # noqa: DTZ001 - naive on purpose
        {"instant": datetime(3000, 1, 1, tzinfo=UTC)},
        {"day": date(1969, 12, 31)},
    ],
    ids=str,
)
def test_a_due_cannot_be_made_otherwise_either(parts: dict[str, date]) -> None:
    with pytest.raises(ValueError, match=r"^must"):
        Due(**parts)  # type: ignore[arg-type]


@given(instants, instants)
def test_instants_sort_as_their_texts_do(one: datetime, other: datetime) -> None:
    assert (one < other) == (format_instant(one) < format_instant(other))
