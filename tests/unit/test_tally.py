"""How often something may be tried: so often at once, then ever more slowly (catalogue R11)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.throttle import AT_AN_ACCOUNT, BY_AN_ADDRESS
from domain.errors import TooManyTries
from domain.tally import Patience, Tally
from tests.builders import DAWN

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)

PATIENCE = Patience(free=3, first_wait=10 * SECOND, longest_wait=MINUTE, forgets=timedelta(hours=1))


def wait_of(tally: Tally, patience: Patience, at: datetime) -> timedelta:
    """How long a refused try is told to wait."""
    with pytest.raises(TooManyTries) as refused:
        tally.another(patience, at=at)
    return refused.value.wait


def tried(times: int, patience: Patience = PATIENCE, at: datetime = DAWN) -> Tally:
    """A tally of so many tries, each made as soon as it may be."""
    tally = Tally.first("k", at=at)
    for _ in range(times - 1):
        tally = tally.another(patience, at=tally.last_at + patience.after(tally.count))
    return tally


def test_the_free_tries_may_all_be_made_at_once() -> None:
    tally = Tally.first("k", at=DAWN)
    for _ in range(2):
        tally = tally.another(PATIENCE, at=DAWN)

    assert (tally.count, tally.last_at, tally.version) == (3, DAWN, 3)
    assert wait_of(tally, PATIENCE, DAWN) == 10 * SECOND


def test_each_wait_is_twice_the_one_before_up_to_the_longest() -> None:
    waits = [PATIENCE.after(count) / SECOND for count in range(9)]

    assert waits == [0, 0, 0, 10, 20, 40, 60, 60, 60]


@pytest.mark.parametrize("count", [35, 36, 1_000, 2**31 - 1])
def test_no_count_is_too_high_to_reckon_with(count: int) -> None:
    assert PATIENCE.after(count) == MINUTE
    assert AT_AN_ACCOUNT.after(count) == timedelta(hours=1)


def test_a_try_is_refused_until_the_very_end_of_the_wait() -> None:
    tally = tried(4)
    end = tally.last_at + 20 * SECOND

    assert wait_of(tally, PATIENCE, tally.last_at) == 20 * SECOND
    assert wait_of(tally, PATIENCE, tally.last_at + 7 * SECOND) == 13 * SECOND
    assert wait_of(tally, PATIENCE, end - TICK) == TICK
    assert tally.another(PATIENCE, at=end) == Tally("k", 5, end, tally.version + 1)


def test_a_refused_try_does_not_make_the_wait_longer() -> None:
    tally = tried(5)

    for _ in range(100):
        wait_of(tally, PATIENCE, tally.last_at + SECOND)

    assert tally.another(PATIENCE, at=tally.last_at + 40 * SECOND).count == 6


def test_it_starts_over_once_nothing_was_tried_for_long_enough() -> None:
    tally = tried(8)
    end = tally.last_at + PATIENCE.forgets

    assert tally.another(PATIENCE, at=end - TICK).count == 7
    assert tally.another(PATIENCE, at=end) == Tally("k", 1, end, tally.version + 1)


def test_F15_a_clock_that_went_back_makes_nobody_wait_longer_than_the_longest() -> None:
    tally = tried(8)

    assert wait_of(tally, PATIENCE, tally.last_at - timedelta(days=1)) == MINUTE


@pytest.mark.parametrize("behind", [TICK, MINUTE])
def test_a_free_try_waits_for_nothing_though_one_of_a_later_instant_came_first(
    behind: timedelta,
) -> None:
    tally = Tally.first("k", at=DAWN).another(PATIENCE, at=DAWN - behind)

    assert (tally.count, tally.last_at) == (2, DAWN)


def test_a_try_that_succeeded_is_taken_back() -> None:
    tally = tried(3)

    assert tally.one_less() == Tally("k", 2, tally.last_at, 4)
    assert tally.one_less().another(PATIENCE, at=tally.last_at).count == 3


def test_there_are_never_less_than_none() -> None:
    assert Tally.first("k", at=DAWN).one_less().one_less().count == 0


intervals = st.one_of(
    st.just(None),
    st.timedeltas(timedelta(), timedelta(minutes=20)),
    st.timedeltas(timedelta(), timedelta(days=2)),
)


@given(st.lists(intervals, max_size=40), st.integers(0, 4))
def test_R11_nobody_makes_more_than_ten_tries_at_an_account_in_15_minutes(
    pauses: list[timedelta | None], head_start: int
) -> None:
    at, tally = DAWN, Tally.first("k", at=DAWN)
    made = [at]
    for pause in [timedelta()] * head_start + pauses:
        at += AT_AN_ACCOUNT.after(tally.count) if pause is None else pause
        try:
            tally = tally.another(AT_AN_ACCOUNT, at=at)
        except TooManyTries:
            continue
        made.append(at)

    for start in made:
        assert sum(start <= one <= start + timedelta(minutes=15) for one in made) <= 10


@pytest.mark.parametrize(
    ("patience", "span", "most"),
    [
        (AT_AN_ACCOUNT, timedelta(minutes=15), 9),
        (AT_AN_ACCOUNT, timedelta(days=1), 34),
        (BY_AN_ADDRESS, timedelta(hours=1), 97),
    ],
)
def test_R11_who_waits_no_longer_than_needed_gets_this_far(
    patience: Patience, span: timedelta, most: int
) -> None:
    tries = next(n for n in range(1, 1000) if tried(n, patience).last_at > DAWN + span) - 1

    assert tries == most


def test_typos_of_many_do_not_add_up_for_ever() -> None:
    tally, at = Tally.first("k", at=DAWN), DAWN

    for _ in range(1000):
        at += BY_AN_ADDRESS.forgets / BY_AN_ADDRESS.free
        tally = tally.another(BY_AN_ADDRESS, at=at)

    assert tally.count == 1
