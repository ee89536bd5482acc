"""`Storage`: opened, checked, closed and opened again, on every adapter."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from application.errors import Unavailable
from migrations.runner import downgrade
from tests.builders import a_task, newest_first, toggle
from tests.contract.unavailable import unavailable
from tests.leaks import nothing_left_open
from tests.migrations.databases import connected, target
from tests.storages import Opened, container, migrate, opened

UNREACHABLE = "postgresql://nobody:wrong@127.0.0.1:1/none"


async def test_a_migrated_storage_passes_the_check(storage: Opened) -> None:
    await storage.storage.check()


async def test_closing_what_is_not_open_has_no_effect(database_url: str) -> None:
    await container(database_url).storage().close()
    async with opened(database_url) as storage:
        await storage.storage.check()
        await storage.storage.close()
        await storage.storage.close()

    nothing_left_open(database_url)


async def test_a_closed_storage_connects_to_nothing(durable_url: str) -> None:
    async with opened(durable_url) as storage:
        await storage.storage.check()
        await storage.storage.close()
        await unavailable(storage)

        nothing_left_open(durable_url)


async def test_a_closed_storage_can_be_opened_again(storage: Opened) -> None:
    task = a_task()
    await storage.tasks.add(task, by=task.owner)

    await storage.storage.close()
    await storage.storage.open()

    assert await storage.tasks.get(task.owner, task.id) == task


async def test_another_process_finds_what_was_written(durable_url: str) -> None:
    task = a_task()
    async with opened(durable_url) as writer:
        await writer.tasks.add(task, by=task.owner)
        changed = await writer.tasks.update(task.owner, task.id, toggle, by=task.owner)

    async with opened(durable_url) as reader:
        assert await reader.tasks.get(task.owner, task.id) == changed
        assert await reader.journal.position(task.owner) == 2


async def test_processes_that_write_at_once_lose_nothing(durable_url: str) -> None:
    task = a_task()
    owner = task.owner

    async def write(storage: Opened) -> None:
        for _ in range(10):
            await storage.tasks.add(a_task(owner), by=owner)
            await storage.tasks.update(owner, task.id, toggle, by=owner)

    async with opened(durable_url) as one, opened(durable_url) as two:
        await one.tasks.add(task, by=owner)
        await asyncio.gather(write(one), write(one), write(two), write(two))

        for storage in (one, two):
            page = await storage.tasks.page(owner, newest_first(500))
            assert (len(page.tasks), page.position) == (41, 81)
            assert (await storage.tasks.get(owner, task.id)).version == 41
    nothing_left_open(durable_url)


async def test_a_database_without_our_schema_fails_the_check(empty_url: str) -> None:
    downgrade(target(migrate(empty_url)), "base")

    async with opened(empty_url) as storage:
        await unavailable(storage)
    nothing_left_open(empty_url)


async def test_a_database_of_another_revision_fails_the_check(empty_url: str) -> None:
    migrate(empty_url)
    with connected(empty_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    async with opened(empty_url) as storage:
        with pytest.raises(Unavailable):
            await storage.storage.check()
    nothing_left_open(empty_url)


@pytest.mark.parametrize("url", [UNREACHABLE, "sqlite:////nowhere/taskhaven.db"])
async def test_a_storage_that_is_away_opens_and_is_unavailable_until_it_is_back(url: str) -> None:
    async with opened(url) as storage:
        await unavailable(storage)


async def test_a_storage_that_comes_up_late_is_used_without_opening_it_again(
    empty_url: str,
) -> None:
    task = a_task()
    async with opened(empty_url) as storage:
        with pytest.raises(Unavailable):
            await storage.storage.check()

        migrate(empty_url)

        await storage.storage.check()
        await storage.tasks.add(task, by=task.owner)
        assert await storage.tasks.get(task.owner, task.id) == task


async def test_a_file_that_is_gone_takes_no_write_and_one_put_in_its_place_does(
    sqlite_url: str, sqlite_file: Path
) -> None:
    task = a_task()
    async with opened(sqlite_url) as storage:
        await storage.tasks.add(task, by=task.owner)
        for file in sqlite_file.parent.iterdir():
            file.unlink()
        await unavailable(storage)

        migrate(sqlite_url)

        await storage.storage.check()
        await storage.tasks.add(task, by=task.owner)
        async with opened(sqlite_url) as another:
            assert await another.tasks.get(task.owner, task.id) == task
    nothing_left_open(sqlite_url)


async def test_what_is_said_of_a_failure_shows_no_password() -> None:
    async with opened(UNREACHABLE) as storage:
        with pytest.raises(Unavailable) as raised:
            await storage.storage.check()

    assert "wrong" not in str(raised.value)
    assert "wrong" not in repr(raised.value.__cause__)
