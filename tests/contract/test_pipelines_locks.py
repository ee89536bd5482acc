"""Who waits for a lock holds up nobody who does not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psycopg
import pytest

from adapters.postgres import connections
from adapters.postgres.database import PostgresDatabase
from adapters.sql import race
from adapters.sql.database import Statement
from application.errors import Busy, StorageError
from domain.listing import Listing
from domain.owner import Owner
from tests.builders import a_task, an_owner, toggle
from tests.contract.pipelined import all_soon, pipelines, someone_waits, soon
from tests.storages import migrate, opened


@pytest.fixture(scope="module")
def url(new_database: Callable[[str], str]) -> str:
    return migrate(new_database("postgresql"))


@asynccontextmanager
async def locked(url: str, owner: Owner) -> AsyncIterator[None]:
    """Nobody can write for the owner for the length of the block."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("SELECT 1 FROM owners WHERE owner_id = %s FOR UPDATE", [owner.key])
        yield


async def test_writes_that_wait_hold_up_no_reads(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = connections._SESSION.replace("lock_timeout=2000", "lock_timeout=60000")
    monkeypatch.setattr(connections, "_SESSION", patient)
    async with opened(url) as storage:
        task, other = a_task(), a_task(an_owner())
        for each in (task, other):
            await storage.tasks.add(each, by=each.owner)
        database = storage.storage
        assert isinstance(database, PostgresDatabase)
        while database.free < 2:  # until there is more than the first
            await all_soon(*(storage.tasks.get(task.owner, task.id) for _ in range(9)))

        async with locked(url, task.owner):
            writes = [
                asyncio.ensure_future(storage.tasks.add(a_task(task.owner), by=task.owner))
                for _ in range(12)
            ]
            await someone_waits(url)
            page = await soon(storage.tasks.page(other.owner, Listing(9)))
            assert not any(write.done() for write in writes)
        await all_soon(*writes)

    assert [*page.tasks] == [other]


async def test_whoever_waits_for_too_long_is_told_that_there_are_too_many(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = connections._SESSION.replace("lock_timeout=2000", "lock_timeout=100")
    monkeypatch.setattr(connections, "_SESSION", quick)
    monkeypatch.setattr(race, "_PATIENCE", 0.1)
    async with opened(url) as storage:
        task = a_task()
        await storage.tasks.add(task, by=task.owner)

        async with locked(url, task.owner):
            with pytest.raises(Busy):
                await soon(storage.tasks.update(task.owner, task.id, toggle, by=task.owner))

        assert await storage.tasks.get(task.owner, task.id) == task


async def test_what_was_not_run_for_others_mistakes_stays_prepared(url: str) -> None:
    good = Statement("SELECT %(said)s::text", {})
    bad = Statement("SELECT 1 / %(zero)s::int", {})
    count = Statement("SELECT count(*) FROM pg_prepared_statements", {})
    async with pipelines(url, 1) as single:
        for _ in range(20):
            answers = await all_soon(
                single.fetch(bad, {"zero": 0}), single.fetch(good, {"said": "x"})
            )
            assert isinstance(answers[0], psycopg.Error | StorageError)
            assert answers[1] == [("x",)]
        ((prepared,),) = await soon(single.fetch(count, {}))

    assert prepared <= 4
