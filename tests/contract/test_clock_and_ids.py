"""`Clock` and `NewId`, which decide the order of tasks."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.system.clock import SystemClock
from adapters.system.ids import RandomIds
from tests.builders import DAWN

instants = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - Hypothesis wants them naive
    datetime(9999, 12, 31, 23, 59, 59, 999999),  # noqa: DTZ001
    timezones=st.just(UTC),
)
new_id = RandomIds()


def test_the_clock_tells_utc() -> None:
    before, now, after = datetime.now(UTC), SystemClock()(), datetime.now(UTC)

    assert now.tzinfo is UTC
    assert before <= now <= after


@given(instants)
def test_an_id_is_a_uuid_of_version_7(at: datetime) -> None:
    id = new_id(at)

    assert id.version == 7
    assert id.variant == RFC_4122


@given(instants)
def test_an_id_begins_with_the_milliseconds_since_1970(at: datetime) -> None:
    milliseconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)

    assert new_id(at).int >> 80 == milliseconds


@pytest.mark.parametrize(("microsecond", "fraction"), [(0, 0), (500, 2048), (999, 4091)])
def test_twelve_bits_hold_the_fraction_of_the_millisecond(microsecond: int, fraction: int) -> None:
    assert new_id(DAWN.replace(microsecond=microsecond)).int >> 64 & 0xFFF == fraction


@given(instants, instants)
def test_ids_are_in_the_order_of_their_instants(one: datetime, other: datetime) -> None:
    assert (new_id(one) < new_id(other)) == (one < other) or one == other


@given(instants.filter(lambda at: at.year < 9999))
def test_a_microsecond_decides_the_order(at: datetime) -> None:
    just_after = at + timedelta(microseconds=1)

    assert new_id(at) < new_id(just_after)
    assert str(new_id(at)) < str(new_id(just_after))


def test_an_instant_is_the_same_in_every_zone() -> None:
    elsewhere = DAWN.astimezone(datetime.fromisoformat("2026-01-01T00:00+05:45").tzinfo)

    assert new_id(elsewhere).int >> 64 == new_id(DAWN).int >> 64


def test_ids_of_one_instant_are_all_different() -> None:
    assert len({new_id(DAWN) for _ in range(10_000)}) == 10_000
