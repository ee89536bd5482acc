"""What shares a connection when it breaks: reads are asked again, writes are done or not done."""

import asyncio
import os
import signal
from collections.abc import Iterator
from itertools import count

import psycopg
import pytest

from adapters.postgres import pipeline as one
from adapters.postgres import pipelines as several
from adapters.postgres.connections import Connections
from adapters.postgres.pipeline import ConnectionLost, Pipeline
from adapters.postgres.pipelines import Pipelines
from adapters.postgres.prepared import prepared
from adapters.sql.database import Statement
from application.errors import Unavailable
from tests.contract.pipelined import (
    ECHO,
    PID,
    WAIT,
    all_soon,
    ask,
    end_sessions,
    end_sessions_unheard,
    held,
    pipelines,
    rows,
    someone_waits,
    soon,
)
from tests.postgres_server import PostgresServer

missing = PostgresServer.available()
pytestmark = pytest.mark.skipif(missing is not None, reason=missing or "")

TWO_ROWS = Statement("INSERT INTO pairs SELECT %(n)s FROM generate_series(1, 2)", {})


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One that these tests may stop."""
    with PostgresServer(durable=True) as server:
        server.create_database("pipelines")
        yield server


@pytest.fixture
async def url(server: PostgresServer) -> str:
    url = server.url("pipelines")
    await rows(url, "DROP TABLE IF EXISTS pairs; CREATE TABLE pairs (n int)")
    return url


async def pairs(url: str) -> list[int]:
    """Which were written. Fails if half of one was."""
    found = await rows(url, "SELECT n, count(*) FROM pairs GROUP BY n ORDER BY n")
    assert all(count == 2 for _, count in found)
    return [n for n, _ in found]


async def test_F02_pipelines_that_broke_while_idle_cost_no_request(url: str) -> None:
    async with pipelines(url) as few:
        await all_soon(*(few.fetch(PID, {}) for _ in range(100)))
        end_sessions_unheard(url)

        done = await all_soon(*(few.execute(TWO_ROWS, {"n": n}) for n in range(20)))

    assert done == [2] * 20
    assert await pairs(url) == list(range(20))


async def test_F03_of_what_is_under_way_reads_are_asked_again_and_writes_are_not(
    url: str, single: Pipelines
) -> None:
    writes = [single.execute(TWO_ROWS, {"n": n}) for n in range(15)]
    reads = [single.fetch(ECHO, {"said": f"{n}"}) for n in range(15)]

    async with held(url, 1):
        first = single.fetch(WAIT, {"lock": 1})
        asked = asyncio.create_task(all_soon(first, *writes, *reads))
        await someone_waits(url)
        await end_sessions(url)
        await someone_waits(url)
    waited, *answers = await asked

    assert waited == [(1,)]
    assert {type(answer) for answer in answers[:15]} == {ConnectionLost}
    assert answers[15:] == [[(f"{n}",)] for n in range(15)]
    assert await pairs(url) == []


async def test_F03_what_breaks_twice_is_given_up(url: str, single: Pipelines) -> None:
    async with held(url, 1):
        asked = asyncio.create_task(all_soon(single.fetch(WAIT, {"lock": 1})))
        for _ in range(2):
            await someone_waits(url)
            await end_sessions(url)
        (given_up,) = await asked

    assert isinstance(given_up, Unavailable)
    assert await ask(single, ECHO, said="x") == "x"


@pytest.mark.parametrize("how", ["connections", "server"])
async def test_F04_F12_what_was_acknowledged_is_there_and_nothing_is_half_there(
    server: PostgresServer, url: str, how: str
) -> None:
    acknowledged: list[int] = []
    numbers, some, over = count(), asyncio.Event(), asyncio.Event()

    async def write(pipelines: Pipelines) -> None:
        while not over.is_set():
            n = next(numbers)
            assert await pipelines.execute(TWO_ROWS, {"n": n}) == 2
            acknowledged.append(n)
            if n > 100:
                some.set()

    async with pipelines(url) as few:
        writing = asyncio.gather(*(write(few) for _ in range(50)), return_exceptions=True)
        await soon(some.wait())
        if how == "server":
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.restart)
        else:
            await end_sessions(url)
        over.set()
        errors = await soon(writing)
        assert await ask(few, ECHO, said="x") == "x"

    assert any(errors)
    assert {type(error) for error in errors if error} <= {ConnectionLost, Unavailable}
    assert set(acknowledged) <= set(await pairs(url))


async def test_F05_a_server_that_says_nothing_is_not_waited_for_for_ever(
    url: str, single: Pipelines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one, "_LOOK", 0.05)
    monkeypatch.setattr(several, "LONGEST_ANSWER", 0.3)
    pid = await ask(single, PID)

    os.kill(pid, signal.SIGSTOP)
    try:
        said = "x" * 4_000_000  # more than the connection takes while nobody reads it
        silent = await all_soon(*(single.fetch(ECHO, {"said": said}) for _ in range(5)))
        after = await ask(single, PID)
    finally:
        os.kill(pid, signal.SIGCONT)

    assert {type(each) for each in silent} == {Unavailable}
    assert after != pid


async def test_F10_a_primary_that_became_read_only_is_left_and_what_is_under_way_is_answered(
    server: PostgresServer, url: str
) -> None:
    elsewhere, alter = server.url("postgres"), "ALTER DATABASE pipelines "
    await rows(elsewhere, alter + "SET default_transaction_read_only = on")
    try:
        async with pipelines(url, 1) as single, held(url, 1):
            pid = await ask(single, PID)
            await rows(elsewhere, alter + "RESET default_transaction_read_only")

            refused, behind = single.execute(TWO_ROWS, {"n": 1}), single.fetch(WAIT, {"lock": 1})
            asked = asyncio.create_task(all_soon(single.fetch(PID, {}), refused, behind))
            await someone_waits(url)
            done = await soon(single.execute(TWO_ROWS, {"n": 2}))
            in_use = single.in_use
            await rows(url, "SELECT pg_cancel_backend(pid) FROM pg_locks WHERE NOT granted")
            before, refused_as, cancelled = await asked
    finally:
        await rows(elsewhere, alter + "RESET default_transaction_read_only")

    assert before == [(pid,)]
    assert [str(refused_as), str(cancelled)] == ["PostgreSQL: 25006", "PostgreSQL: 57014"]
    assert (done, in_use, await pairs(url)) == (2, 1, [2])


async def test_while_no_connection_can_be_had_all_are_unavailable_and_nobody_waits_for_long(
    server: PostgresServer, url: str
) -> None:
    async with pipelines(url) as few:
        server.halt("immediate")
        away = await all_soon(*(few.fetch(ECHO, {"said": "x"}) for _ in range(100)))
        server.restart()
        back = await all_soon(*(few.fetch(ECHO, {"said": "x"}) for _ in range(100)))

    assert {type(each) for each in away} == {Unavailable}
    assert back == [[("x",)]] * 100


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("writing", [False, True])
async def test_a_broken_connection_is_watched_no_longer(
    url: str, writing: bool, alone: bool
) -> None:
    connection = await Connections(url, 1, session_state=True).connect()
    descriptor = connection.fileno()
    pipeline = Pipeline(connection, deadline=60)
    said = b"x" * (50_000_000 if writing else 1)

    asked = [pipeline.send(prepared(ECHO), [said], alone=alone) for _ in range(2)]
    await end_sessions(url)
    answers = await all_soon(*(each.future for each in asked))

    assert {type(each) for each in answers} <= {ConnectionLost, psycopg.pq.PGresult}
    assert not pipeline.usable()
    loop = asyncio.get_running_loop()
    assert (loop.remove_reader(descriptor), loop.remove_writer(descriptor)) == (False, False)
