"""Who waits for a pipeline gives up, waits in vain for room, or is there when all is closed."""

import asyncio
from collections.abc import Callable

import pytest

from adapters.postgres import pipelines as several
from adapters.postgres import room
from adapters.postgres.connections import Connections
from adapters.postgres.pipelines import Pipelines
from application.errors import Unavailable
from tests.contract.pipelined import (
    ECHO,
    PID,
    WAIT,
    all_soon,
    ask,
    end_sessions,
    held,
    pipelines,
    sessions,
    silent_server,
    someone_waits,
    soon,
)
from tests.postgres_server import PATIENCE


@pytest.fixture(scope="module")
def url(new_database: Callable[[str], str]) -> str:
    return new_database("postgresql")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pipeline has room for two statements."""
    monkeypatch.setattr(several, "_DEEPEST", 2)


async def test_F09_whoever_gives_up_gets_no_answer_and_takes_nobody_elses(
    url: str, single: Pipelines
) -> None:
    pid = await ask(single, PID)

    async with held(url, 1):
        first = asyncio.create_task(single.fetch(WAIT, {"lock": 1}))
        others = [asyncio.create_task(single.fetch(ECHO, {"said": f"{n}"})) for n in range(20)]
        await someone_waits(url)
        for each in (first, *others[::2]):
            each.cancel()
    answers = await all_soon(first, *others)

    assert all(isinstance(each, asyncio.CancelledError) for each in (answers[0], *answers[1::2]))
    assert answers[2::2] == [[(f"{n}",)] for n in range(1, 20, 2)]
    assert await ask(single, PID) == pid


async def test_F09_whoever_gives_up_while_it_connects_leaves_the_connection_to_the_others(
    url: str, single: Pipelines
) -> None:
    asked = [asyncio.create_task(single.fetch(PID, {})) for _ in range(3)]
    await asyncio.sleep(0)
    asked[0].cancel()

    cancelled, *others = await all_soon(*asked)

    assert isinstance(cancelled, asyncio.CancelledError)
    assert others[0] == others[1] == await soon(single.fetch(PID, {}))
    assert await sessions(url) == 1


async def test_F09_whoever_gives_up_while_there_is_no_room_takes_none(
    url: str, narrow: None
) -> None:
    async with pipelines(url, 1) as single:
        for _ in range(5):
            async with held(url, 1):
                taken = [asyncio.create_task(single.fetch(WAIT, {"lock": 1})) for _ in range(2)]
                await someone_waits(url)
                waits = asyncio.create_task(single.fetch(PID, {}))
                await asyncio.sleep(0)
                waits.cancel()
            *_, gave_up = await all_soon(*taken, waits)
            assert isinstance(gave_up, asyncio.CancelledError)

        answers = await all_soon(*(single.fetch(ECHO, {"said": "x"}) for _ in range(2)))

    assert answers == [[("x",)]] * 2


async def test_F07_without_room_nobody_waits_for_long(
    url: str, narrow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_PATIENCE", 0.05)
    async with pipelines(url, 1) as single:
        async with held(url, 1):
            taken = [asyncio.create_task(single.fetch(WAIT, {"lock": 1})) for _ in range(2)]
            await someone_waits(url)
            others = await all_soon(*(single.fetch(PID, {}) for _ in range(50)))
        answers = await all_soon(*taken)
        after = await all_soon(*(single.fetch(ECHO, {"said": "x"}) for _ in range(50)))

    assert {type(each) for each in others} == {Unavailable}
    assert answers == [[(1,)]] * 2
    assert after == [[("x",)]] * 50


async def test_closing_waits_for_what_is_under_way_and_begins_nothing_more(
    url: str, narrow: None
) -> None:
    async with pipelines(url, 1) as single:
        async with held(url, 1):
            asked = [asyncio.create_task(single.fetch(WAIT, {"lock": 1})) for _ in range(2)]
            await someone_waits(url)
            waits = asyncio.create_task(single.fetch(PID, {}))
            await asyncio.sleep(0)
            closing = asyncio.create_task(single.close())
            await asyncio.sleep(0)
        answers = await all_soon(*asked, waits, closing, single.fetch(PID, {}))
        left = await sessions(url)

    assert answers[:2] == [[(1,)]] * 2
    assert [type(each) for each in (answers[2], answers[4])] == [Unavailable] * 2
    assert left == 0


async def test_closing_waits_for_what_was_retired_too(url: str, single: Pipelines) -> None:
    async with held(url, 1):
        asked = asyncio.create_task(single.fetch(WAIT, {"lock": 1}))
        await someone_waits(url)
        (pipeline,) = single._pipelines  # it is retired here as an error would
        pipeline.retire()
        assert await ask(single, ECHO, said="x") == "x"
        closing = asyncio.create_task(single.close())
        await asyncio.sleep(0)
        waited = not closing.done()
    answer, closed = await all_soon(asked, closing)

    assert waited
    assert (answer, closed) == ([(1,)], None)


async def test_what_was_retired_counts_until_it_has_been_answered(url: str) -> None:
    async with pipelines(url, 2) as two:
        async with held(url, 1):
            asked = asyncio.create_task(two.fetch(WAIT, {"lock": 1}))
            await someone_waits(url)
            two._pipelines[0].retire()  # as an error would
            for _ in range(3):
                await all_soon(*(two.fetch(ECHO, {"said": "x"}) for _ in range(10)))
            meanwhile = await sessions(url)
        assert await soon(asked) == [(1,)]
        async with asyncio.timeout(PATIENCE):
            while two.free < 2:
                await all_soon(*(two.fetch(ECHO, {"said": "x"}) for _ in range(10)))

    assert meanwhile == 2


async def test_closing_does_not_wait_for_a_connection() -> None:
    with silent_server() as url:
        silent = Pipelines(Connections(url, 1, session_state=True).connect, 1)
        asked = [asyncio.create_task(silent.fetch(PID, {})) for _ in range(3)]
        await asyncio.sleep(0.05)

        *answers, closed = await all_soon(*asked, silent.close())

    assert [type(each) for each in answers] == [Unavailable] * 3
    assert closed is None


async def test_closing_after_the_connections_broke(url: str, single: Pipelines) -> None:
    async with held(url, 1):
        asked = asyncio.create_task(all_soon(single.execute(WAIT, {"lock": 1})))
        await someone_waits(url)
        closing = asyncio.create_task(single.close())
        await end_sessions(url)
        ((lost,), closed) = await all_soon(asked, closing)

    assert isinstance(lost, Unavailable)
    assert closed is None
