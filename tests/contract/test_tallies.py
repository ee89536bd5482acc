"""`Tallies`: none is lost, and one is forgotten in its time, on every storage (catalogue R11)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from adapters.system.clock import SystemClock
from application.identity import Tallies
from application.throttle import AT_AN_ACCOUNT, BY_AN_ADDRESS, Throttle
from domain.errors import TooManyTries
from domain.tally import Tally
from tests.builders import DAWN, an_id
from tests.migrations.databases import connected
from tests.storages import Opened, opened

AGES = timedelta(days=300_000)
TICK = timedelta(microseconds=1)
TRIES = 30

Change = Callable[[Tally | None], Tally]


@pytest.fixture
def tallies(storage: Opened) -> Tallies:
    found: Tallies = storage.container.tallies()
    return found


def a_key() -> str:
    """A key that no other test uses."""
    return f"key-{an_id()}"


def one_more(key: str, at: datetime = DAWN) -> Change:
    def change(tally: Tally | None) -> Tally:
        if tally is None:
            return Tally.first(key, at=at)
        return Tally(key, tally.count + 1, at, tally.version + 1)

    return change


def present(tally: Tally | None) -> Tally:
    """A change that changes nothing, and fails where there is nothing."""
    if tally is None:
        raise LookupError
    return tally


async def test_a_tally_begins_with_nothing_and_goes_on_with_what_was_stored(
    tallies: Tallies,
) -> None:
    key, at = a_key(), DAWN + TICK

    assert await tallies.update(key, one_more(key)) == Tally(key, 1, DAWN, 1)
    assert await tallies.update(key, one_more(key, at)) == Tally(key, 2, at, 2)

    assert await tallies.update(key, present) == Tally(key, 2, at, 2)


async def test_each_key_has_its_own(tallies: Tallies) -> None:
    one, other = a_key(), a_key()

    await tallies.update(one, one_more(one))

    with pytest.raises(LookupError):
        await tallies.update(other, present)
    with pytest.raises(LookupError):
        await tallies.update(one.upper(), present)


async def test_a_change_that_raises_writes_nothing(tallies: Tallies) -> None:
    key, new = a_key(), a_key()
    before = await tallies.update(key, one_more(key))

    def fail(tally: Tally | None) -> Tally:
        raise KeyError(tally)

    for one in (key, new):
        with pytest.raises(KeyError):
            await tallies.update(one, fail)

    assert await tallies.update(key, present) == before
    with pytest.raises(LookupError):
        await tallies.update(new, present)


async def test_no_try_of_many_at_once_is_lost_the_first_included(tallies: Tallies) -> None:
    key = a_key()

    made = await asyncio.gather(*(tallies.update(key, one_more(key)) for _ in range(TRIES)))

    assert sorted(tally.count for tally in made) == list(range(1, TRIES + 1))
    assert (await tallies.update(key, present)).count == TRIES


async def test_nor_is_one_of_another_process(durable_url: str) -> None:
    key = a_key()
    async with opened(durable_url) as one, opened(durable_url) as two:
        ports: list[Tallies] = [one.container.tallies(), two.container.tallies()]

        await asyncio.gather(*(ports[n % 2].update(key, one_more(key)) for n in range(TRIES)))

        for port in ports:
            assert (await port.update(key, present)).count == TRIES


async def test_what_is_forgotten_begins_anew(tallies: Tallies) -> None:
    key, other = a_key(), a_key()
    for one in (key, key, other):
        await tallies.update(one, one_more(one))

    await tallies.forget(key)
    await tallies.forget(key)

    assert await tallies.update(key, one_more(key)) == Tally(key, 1, DAWN, 1)
    assert (await tallies.update(other, present)).count == 1


async def test_a_try_during_which_it_is_forgotten_is_the_first(durable_url: str) -> None:
    key = a_key()

    def forgotten_meanwhile(tally: Tally | None) -> Tally:
        with connected(durable_url) as connection:
            connection.execute(text("DELETE FROM tallies WHERE key = :key"), {"key": key})
        return one_more(key)(tally)

    async with opened(durable_url) as storage:
        tallies: Tallies = storage.container.tallies()
        for _ in range(3):
            await tallies.update(key, one_more(key))

        assert await tallies.update(key, forgotten_meanwhile) == Tally(key, 1, DAWN, 1)


async def test_R11_free_tries_at_once_are_all_let_in(durable_url: str) -> None:
    patience = replace(BY_AN_ADDRESS, free=TRIES)
    async with opened(durable_url) as storage:
        throttle = Throttle(a_key(), storage.container.tallies(), SystemClock(), patience)

        await asyncio.gather(*(throttle.admit("192.0.2.1") for _ in range(TRIES)))


@pytest.mark.parametrize("free", [1, 5])
async def test_R11_of_many_tries_at_once_no_more_than_the_free_ones_are_let_in(
    tallies: Tallies, free: int
) -> None:
    patience = replace(AT_AN_ACCOUNT, free=free)
    throttle = Throttle(a_key(), tallies, lambda: DAWN, patience)

    done = await asyncio.gather(
        *(throttle.admit("a@x") for _ in range(TRIES)), return_exceptions=True
    )

    assert done.count(None) == free
    assert {type(result) for result in done} == {type(None), TooManyTries}


async def test_a_sweep_takes_what_is_old_bit_by_bit_and_nothing_else(tallies: Tallies) -> None:
    long_ago = DAWN - AGES
    old = [a_key() for _ in range(3)]
    newer = a_key()
    for key in old:
        await tallies.update(key, one_more(key, long_ago))
    await tallies.update(newer, one_more(newer, long_ago + TICK))

    assert await tallies.sweep(before=long_ago, limit=9) == 0
    assert await tallies.sweep(before=long_ago + TICK, limit=2) == 2
    assert await tallies.sweep(before=long_ago + TICK, limit=2) == 1
    assert await tallies.sweep(before=long_ago + TICK, limit=2) == 0

    assert (await tallies.update(newer, present)).count == 1
    assert await tallies.sweep(before=long_ago + 2 * TICK, limit=2) == 1
