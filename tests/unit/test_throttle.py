"""Who tries too often waits, and nobody else does (catalogue R11)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.memory.database import MemoryDatabase
from adapters.memory.tallies import MemoryTallies
from application.throttle import AT_AN_ACCOUNT, BY_AN_ADDRESS, ForgetTallies, Throttle
from domain.errors import TooManyTries
from domain.tally import Tally
from tests.builders import DAWN
from tests.http.clock import Clock

SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)

ALICE, BOB = "alice@example.com", "bob@example.com"


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


@pytest.fixture
def clock() -> Clock:
    return Clock(DAWN.isoformat())


@pytest.fixture
def throttle(database: MemoryDatabase, clock: Clock) -> Throttle:
    return Throttle("account", MemoryTallies(database), clock, AT_AN_ACCOUNT)


async def exhaust(throttle: Throttle, whom: str = ALICE) -> None:
    """Make every free try."""
    for _ in range(AT_AN_ACCOUNT.free):
        await throttle.admit(whom)


async def wait_of(throttle: Throttle, whom: str = ALICE) -> timedelta:
    """How long a refused try is told to wait."""
    with pytest.raises(TooManyTries) as refused:
        await throttle.admit(whom)
    return refused.value.wait


async def test_after_the_free_tries_each_has_to_wait(throttle: Throttle, clock: Clock) -> None:
    await exhaust(throttle)

    assert await wait_of(throttle) == 30 * SECOND
    clock.at += 29 * SECOND
    assert await wait_of(throttle) == SECOND
    clock.at += SECOND
    await throttle.admit(ALICE)
    assert await wait_of(throttle) == 60 * SECOND


async def test_nobody_else_has_to(throttle: Throttle) -> None:
    await exhaust(throttle)
    other_kind = replace(throttle, kind="password")

    await throttle.admit(BOB)
    await other_kind.admit(ALICE)

    assert await wait_of(throttle) == 30 * SECOND


async def test_one_that_succeeded_is_taken_back(throttle: Throttle) -> None:
    await exhaust(throttle)

    await throttle.take_back(ALICE)

    await throttle.admit(ALICE)
    assert await wait_of(throttle) == 30 * SECOND


async def test_nothing_is_taken_back_where_there_is_nothing(
    throttle: Throttle, database: MemoryDatabase
) -> None:
    await throttle.take_back(ALICE)

    assert database.tallies == {}


async def test_what_is_forgotten_begins_anew(throttle: Throttle) -> None:
    await exhaust(throttle, ALICE)
    await exhaust(throttle, BOB)

    await throttle.forget(ALICE)

    await exhaust(throttle, ALICE)
    assert await wait_of(throttle, BOB) == 30 * SECOND


async def test_who_gave_up_for_a_day_begins_anew(throttle: Throttle, clock: Clock) -> None:
    await exhaust(throttle)

    clock.at += AT_AN_ACCOUNT.forgets

    await exhaust(throttle)


async def test_without_patience_or_an_address_everything_passes_and_nothing_is_kept(
    throttle: Throttle, database: MemoryDatabase
) -> None:
    off = replace(throttle, patience=None)
    for _ in range(100):
        await off.admit(ALICE)
        await throttle.admit(None)
    await off.take_back(ALICE)
    await off.forget(ALICE)
    await throttle.take_back(None)

    assert database.tallies == {}


async def test_R09_what_is_kept_does_not_tell_of_whom_it_is(
    throttle: Throttle, database: MemoryDatabase
) -> None:
    await throttle.admit(ALICE)

    ((key, tally),) = database.tallies.items()
    assert tally.key == key
    assert len(bytes.fromhex(key)) == 32
    assert "alice" not in f"{tally}"


async def test_tallies_that_count_no_longer_are_forgotten_however_many(
    database: MemoryDatabase, clock: Clock
) -> None:
    tallies = MemoryTallies(database)
    forgets = max(AT_AN_ACCOUNT.forgets, BY_AN_ADDRESS.forgets)
    for n in range(2500):
        database.tallies[f"old {n}"] = Tally(f"old {n}", 7, DAWN - forgets - TICK)
    database.tallies["new"] = new = Tally("new", 7, DAWN - forgets + TICK)

    forgotten = await ForgetTallies(tallies, clock)()

    assert forgotten == 2500
    assert database.tallies == {"new": new}
