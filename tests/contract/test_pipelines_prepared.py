"""Each connection prepares a statement once, and relies on nothing that the server may forget."""

from collections.abc import Callable

import pytest

from adapters.postgres import known
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.pipelines import Pipelines
from adapters.postgres.prepared import prepared
from adapters.sql.database import Statement
from tests.contract.pipelined import ECHO, PID, all_soon, ask, pipelines, rows, soon


@pytest.fixture(scope="module")
def url(new_database: Callable[[str], str]) -> str:
    return new_database("postgresql")


async def test_statements_that_the_server_forgot_are_prepared_anew(single: Pipelines) -> None:
    pid = await ask(single, PID)
    assert await ask(single, ECHO, said="x") == "x"

    await soon(single.execute(Statement("DEALLOCATE ALL", {}), {}))
    answers = await all_soon(*(single.fetch(ECHO, {"said": f"{n}"}) for n in range(20)))

    assert answers == [[(f"{n}",)] for n in range(20)]
    assert await ask(single, PID) == pid


async def test_so_are_those_whose_columns_are_of_another_type_since(
    url: str, single: Pipelines
) -> None:
    await rows(url, "CREATE TABLE kept AS SELECT 7 AS n")
    read = Statement("SELECT n FROM kept", {})
    assert await ask(single, read) == 7

    await rows(url, "ALTER TABLE kept ALTER COLUMN n TYPE text")
    answers = await all_soon(*(single.fetch(read, {}) for _ in range(20)))

    assert answers == [[("7",)]] * 20


async def test_F19_a_statement_of_others_is_never_taken_for_ours(single: Pipelines) -> None:
    """As behind a pooler that nobody told of: the session knows what another connection said."""
    name = prepared(ECHO).name.decode() + "_0"
    theirs = Statement(f"PREPARE \"{name}\" (text) AS SELECT 'theirs'", {})
    await soon(single.execute(theirs, {}))

    assert await ask(single, ECHO, said="ours") == "ours"
    assert name != prepared(PID).name.decode() + "_0"


async def test_a_server_remembers_so_many_statements_and_no_more(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "_MOST", 5)
    seen = "SELECT {}, count(*), pg_backend_pid() FROM pg_prepared_statements"

    async with pipelines(url, 1) as single:
        asked = [Statement(seen.format(n), {}) for n in range(30)] * 2
        at_once = await all_soon(*(single.fetch(each, {}) for each in asked))
        in_turn = [await soon(single.fetch(each, {})) for each in asked]

    ns, counts, pids = zip(*(row for rows in (*at_once, *in_turn) for row in rows), strict=True)
    assert ns == (*range(30),) * 4
    assert max(counts) == 5
    assert len(set(pids)) == 1


async def test_F19_without_a_session_of_its_own_nothing_is_prepared(url: str) -> None:
    database = PostgresDatabase(url, "none", pool_size=4, session_state=False)
    await database.open()
    count = Statement("SELECT count(*) FROM pg_prepared_statements", {})

    found = [await database.fetch(count, {}) for _ in range(12)]
    await database.execute(count, {})
    await database.close()

    assert found == [[(0,)]] * 12
