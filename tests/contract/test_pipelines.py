"""Many statements under way on few connections: each has its own answer, or its own error."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date

import psycopg
import pytest

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.pipelines import Pipelines
from adapters.sql.database import Statement
from application.errors import CorruptRecord, Unavailable
from tests.contract.pipelined import (
    ECHO,
    PID,
    WAIT,
    all_soon,
    ask,
    held,
    pipelines,
    rows,
    sessions,
    someone_waits,
    soon,
)

MANY = 100
LARGE = 32 * 1024 * 1024  # characters in all: more than all buffers between here and there
SUM = Statement("SELECT %(one)s::bigint / %(other)s::bigint", {})
DAY = Statement("SELECT %(day)s::date", {})


@pytest.fixture(scope="module")
def url(new_database: Callable[[str], str]) -> str:
    return new_database("postgresql")


@pytest.fixture
async def few(url: str) -> AsyncIterator[Pipelines]:
    """At most four."""
    async with pipelines(url) as few:
        yield few


async def test_a_hundred_at_once_share_four_connections_and_each_has_its_own_answer(
    url: str, few: Pipelines
) -> None:
    await all_soon(*(few.fetch(PID, {}) for _ in range(MANY)))

    answers = await all_soon(*(few.fetch(ECHO, {"said": f"{n}"}) for n in range(MANY)))
    pids = await all_soon(*(few.fetch(PID, {}) for _ in range(MANY)))

    assert answers == [[(f"{n}",)] for n in range(MANY)]
    assert 1 <= len({pid for ((pid,),) in pids}) <= 4
    assert await sessions(url) <= 4


@pytest.mark.parametrize("said", ["", "100 %", "%(said)s", "'; --\\", "a\nb", "\U0001f600"])
async def test_text_comes_back_as_it_went(few: Pipelines, said: str) -> None:
    assert await ask(few, ECHO, said=said) == said


async def test_and_so_it_does_whatever_encoding_the_address_names(url: str) -> None:
    async with pipelines(f"{url}{'&' if '?' in url else '?'}client_encoding=latin1") as few:
        assert await ask(few, ECHO, said="\u00e9 \U0001f600") == "\u00e9 \U0001f600"


@pytest.mark.parametrize("number", [None, 0, -(2**63), 2**63 - 1])
async def test_so_do_whole_numbers_and_none(few: Pipelines, number: int | None) -> None:
    assert await ask(few, Statement("SELECT %(n)s::bigint", {}), n=number) == number


async def test_a_parameter_may_stand_in_several_places(few: Pipelines) -> None:
    twice = Statement("SELECT %(b)s || %(a)s || '%%' || %(b)s || %(const)s", {"const": "!"})

    assert await ask(few, twice, a="1", b="2") == "21%2!"


async def test_reads_of_one_turn_share_a_transaction_and_writes_have_their_own(
    url: str, single: Pipelines
) -> None:
    await rows(url, "CREATE TABLE seen (at timestamptz)")
    began = Statement("SELECT transaction_timestamp()", {})
    note = Statement("INSERT INTO seen SELECT transaction_timestamp()", {})

    first, second, *_, third = await all_soon(
        single.fetch(began, {}),
        single.fetch(began, {}),
        single.execute(note, {}),
        single.execute(note, {}),
        single.fetch(began, {}),
    )

    assert first == second != third
    assert (
        len({*await rows(url, "SELECT at FROM seen"), *map(tuple, first), *map(tuple, third)}) == 4
    )


async def test_an_error_is_the_error_of_one_alone(single: Pipelines) -> None:
    asked = [{"one": n, "other": n % 3} for n in range(30)]

    answers = await all_soon(*(single.fetch(SUM, params) for params in asked))

    for answer, params in zip(answers, asked, strict=True):
        if params["other"]:
            assert answer == [(params["one"] // params["other"],)]
        else:
            assert isinstance(answer, psycopg.errors.DivisionByZero)


async def test_a_statement_that_cannot_be_prepared_harms_no_other(single: Pipelines) -> None:
    wrong = Statement("SELECT nothing of this kind", {})
    asked = [wrong if n % 2 else ECHO for n in range(20)]

    answers = await all_soon(*(single.fetch(each, {"said": "x"}) for each in asked))

    assert answers[::2] == [[("x",)]] * 10
    errors = {type(error) for error in answers[1::2]}
    assert psycopg.errors.SyntaxError in errors
    assert all(issubclass(each, psycopg.errors.SyntaxError | Unavailable) for each in errors)


@pytest.mark.parametrize("day", ["infinity", "0044-03-15 BC"])
async def test_a_row_that_cannot_be_read_is_corrupt_and_no_other(
    single: Pipelines, day: str
) -> None:
    good, bad, after = await all_soon(
        *(single.fetch(DAY, {"day": each}) for each in ("2026-11-21", day, "2026-11-22"))
    )

    assert isinstance(bad, CorruptRecord)
    assert [good, after] == [[(date(2026, 11, 21),)], [(date(2026, 11, 22),)]]


@pytest.mark.parametrize("many", [1, 8])
async def test_what_is_larger_than_every_buffer_goes_both_ways_at_once(
    single: Pipelines, many: int
) -> None:
    said = [f"{n:02}" * (LARGE // 2 // many) for n in range(many)]

    answers = await all_soon(*(single.fetch(ECHO, {"said": each}) for each in said))

    same = [answer == [(each,)] for answer, each in zip(answers, said, strict=True)]
    assert same == [True] * many  # to compare the lists would print them


async def test_warnings_are_no_answers(single: Pipelines) -> None:
    warn = Statement("DO 'BEGIN RAISE WARNING ''beware''; END'", {})

    assert await all_soon(*(single.execute(warn, {}) for _ in range(5))) == [0] * 5
    assert await ask(single, ECHO, said="x") == "x"


async def test_a_copy_is_refused_and_the_next_goes_on(single: Pipelines) -> None:
    copy = Statement("COPY (SELECT 1) TO STDOUT", {})

    (refused,) = await all_soon(single.execute(copy, {}))

    assert isinstance(refused, Unavailable)
    assert await ask(single, ECHO, said="x") == "x"


async def test_F06_a_statement_that_takes_too_long_ends_alone(url: str) -> None:
    hasty = f"{url}{'&' if '?' in url else '?'}options=-c%20statement_timeout%3D200"
    async with pipelines(hasty, 1) as single, held(url, 1):
        pid = await ask(single, PID)

        late, other = await all_soon(single.fetch(WAIT, {"lock": 1}), single.fetch(PID, {}))

        assert isinstance(late, Unavailable)
        assert other == [(pid,)]
        assert await ask(single, PID) == pid


@pytest.mark.parametrize(("size", "at_most"), [(1, 1), (2, 2), (10, 5)])
async def test_a_scan_holds_up_nobody_and_the_pool_keeps_its_size(
    url: str, size: int, at_most: int
) -> None:
    database = PostgresDatabase(url, "none", pool_size=size, session_state=True)
    await database.open()
    async with held(url, 2):
        scan = asyncio.create_task(database.fetch(WAIT, {"lock": 2}, scan=size > 1))
        await someone_waits(url)
        short = (database.fetch(ECHO, {"said": "x"}) for _ in range(MANY))
        answers = await all_soon(*(short if size > 1 else ()))
        scanned = scan.done()
    await soon(scan)
    taken = await sessions(url)
    await database.close()

    assert not scanned
    assert all(answer == [("x",)] for answer in answers)
    assert taken <= at_most
