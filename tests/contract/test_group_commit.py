"""Writes that come at once on SQLite: few commits, each write whole or not there, for itself."""

import asyncio
import resource
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from adapters.sql.database import Statement
from adapters.sqlite import writer
from adapters.sqlite.database import SqliteDatabase
from application.errors import KeyTaken, Unavailable
from application.ports import Receipt
from domain.errors import TooManyTasks
from domain.owner import Owner
from tests.builders import DAWN, a_task, an_owner, newest_first, toggle
from tests.storages import Opened, opened

WRITERS = 20
RECEIPT = Receipt("key", "digest", "answer", DAWN, DAWN + timedelta(days=1))


@pytest.fixture
async def storage(sqlite_url: str) -> AsyncIterator[Opened]:
    """A file of the test's own, so that nobody else's writes are counted."""
    async with opened(sqlite_url) as storage:
        yield storage


@pytest.fixture
def database(storage: Opened) -> SqliteDatabase:
    assert isinstance(storage.storage, SqliteDatabase)
    return storage.storage


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process writes for the length of the block."""
    with closing(sqlite3.connect(file, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        yield
        somebody.execute("ROLLBACK")


@contextmanager
def no_file_may_grow(beyond: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (beyond, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def add_many(storage: Opened, owner: Owner) -> list[asyncio.Future[None]]:
    return [
        asyncio.ensure_future(storage.tasks.add(a_task(owner), by=owner)) for _ in range(WRITERS)
    ]


async def all_wait(database: SqliteDatabase) -> None:
    async with asyncio.timeout(10):
        while database.writes_waiting < WRITERS:  # noqa: ASYNC110 - a figure that changes
            await asyncio.sleep(0.001)


async def stored(storage: Opened, owner: Owner) -> int:
    """How many tasks there are, each of which has its entry in a journal without a gap."""
    page = await storage.tasks.page(owner, newest_first(500))
    entries = await storage.journal.entries(owner, after=0, limit=500)
    assert [entry.position for entry in entries] == list(range(1, page.position + 1))
    assert {entry.task_id for entry in entries} == {task.id for task in page.tasks}
    return len(page.tasks)


async def commits_of_many(storage: Opened, database: SqliteDatabase) -> int:
    said: list[str] = []
    await database.write(lambda connection: connection.set_trace_callback(said.append))
    said.clear()
    owner = an_owner()

    await asyncio.gather(*add_many(storage, owner))

    assert await stored(storage, owner) == WRITERS
    return said.count("COMMIT")


async def test_writes_that_come_at_once_share_a_commit(
    storage: Opened, database: SqliteDatabase
) -> None:
    assert await commits_of_many(storage, database) == 1


async def test_a_commit_takes_so_many_writes_and_no_more(
    storage: Opened, database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_MOST", WRITERS // 4)

    assert await commits_of_many(storage, database) == 4


async def test_a_commit_takes_writes_for_so_long_and_no_longer(
    storage: Opened, database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_LONGEST", 0)

    assert await commits_of_many(storage, database) == WRITERS


async def test_a_write_that_fails_takes_no_other_with_it(
    storage: Opened, sqlite_file: Path
) -> None:
    owner = an_owner()
    tasks = [a_task(owner) for _ in range(WRITERS)]
    await storage.tasks.add(tasks[0], by=owner, receipt=RECEIPT)

    with locked(sqlite_file):
        writes = [
            asyncio.ensure_future(
                storage.tasks.add(task, by=owner, most=5)
                if number % 3
                else storage.tasks.add(task, by=owner, receipt=RECEIPT)
            )
            for number, task in enumerate(tasks[1:])
        ]
        updates = [
            asyncio.ensure_future(storage.tasks.update(owner, tasks[0].id, toggle, by=owner))
            for _ in "ab"
        ]
        await asyncio.sleep(0.05)
    done = await asyncio.gather(*writes, return_exceptions=True)
    changed = await asyncio.gather(*updates)

    assert Counter(map(type, done)) == {type(None): 4, KeyTaken: 7, TooManyTasks: 8}
    assert sorted(task.version for task in changed) == [2, 3]
    assert await stored(storage, owner) == 5
    assert await storage.journal.position(owner) == 7


async def test_what_a_write_did_before_it_failed_is_undone(database: SqliteDatabase) -> None:
    def job_of(number: int, connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO tallies VALUES (?, 1, '2026', 1)", (str(number),))
        if number % 3 == 1:
            raise LookupError(number)

    done = await asyncio.gather(
        *(database.write(partial(job_of, number)) for number in range(WRITERS)),
        return_exceptions=True,
    )

    there = await database.fetch(Statement("SELECT key FROM tallies", {}), {})
    assert [number for number, each in enumerate(done) if each] == list(range(1, WRITERS, 3))
    assert {int(key) for (key,) in there} == {n for n in range(WRITERS) if n % 3 != 1}


async def test_if_the_commit_fails_nothing_is_written_and_everybody_is_told(
    storage: Opened, sqlite_file: Path
) -> None:
    owner = an_owner()
    await storage.tasks.add(a_task(owner), by=owner)

    log = sqlite_file.with_name(f"{sqlite_file.name}-wal")
    with no_file_may_grow(beyond=log.stat().st_size):
        done = await asyncio.gather(*add_many(storage, owner), return_exceptions=True)

    assert Counter(map(type, done)) == {Unavailable: WRITERS}
    assert await stored(storage, owner) == 1
    await storage.tasks.add(a_task(owner), by=owner)
    assert await stored(storage, owner) == 2


async def test_the_lock_of_another_process_delays_writes_and_loses_none(
    storage: Opened, database: SqliteDatabase, sqlite_file: Path
) -> None:
    owner, said = an_owner(), list[str]()
    await database.write(lambda connection: connection.set_trace_callback(said.append))
    said.clear()

    with locked(sqlite_file):
        writes = add_many(storage, owner)
        await all_wait(database)
        await asyncio.sleep(0.1)
        assert not any(write.done() for write in writes)
        assert await stored(storage, owner) == 0
    await asyncio.gather(*writes)

    assert await stored(storage, owner) == WRITERS
    assert said.count("COMMIT") == 1


async def test_whose_caller_has_gone_is_done_or_not_and_the_others_are(
    storage: Opened, database: SqliteDatabase, sqlite_file: Path
) -> None:
    owner = an_owner()

    with locked(sqlite_file):
        writes = add_many(storage, owner)
        await all_wait(database)
        writes += add_many(storage, owner)  # which wait behind the first
        await asyncio.sleep(0.05)
        for write in writes[::2]:
            write.cancel()
    done = await asyncio.gather(*writes, return_exceptions=True)

    gone, there = {type(each) for each in done[::2]}, done[1::2]
    assert gone == {asyncio.CancelledError}
    assert there == [None] * WRITERS
    assert await stored(storage, owner) in range(WRITERS, 2 * WRITERS + 1)


async def test_closing_finishes_what_was_asked(
    storage: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_MOST", WRITERS // 4)
    owner = an_owner()
    writes = add_many(storage, owner)
    await asyncio.sleep(0)

    await storage.storage.close()

    async with asyncio.timeout(10):
        assert await asyncio.gather(*writes) == [None] * WRITERS
    await storage.storage.open()
    assert await stored(storage, owner) == WRITERS


async def test_a_job_that_ends_in_no_way_a_future_knows_holds_up_nobody(
    storage: Opened, database: SqliteDatabase
) -> None:
    def job(_: sqlite3.Connection) -> None:
        next(iter(()))

    owner = an_owner()
    async with asyncio.timeout(10):
        with pytest.raises(RuntimeError):
            await database.write(job)
        await asyncio.gather(*add_many(storage, owner))

    assert await stored(storage, owner) == WRITERS
