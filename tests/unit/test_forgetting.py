"""Reverting over gaps, and the chores that forget what is old."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from adapters.memory.database import MemoryDatabase
from adapters.memory.journal import MemoryJournal
from adapters.memory.receipts import MemoryReceipts
from adapters.memory.tasks import MemoryTasks
from adapters.memory.trash import MemoryTrash
from application import journal as use_cases
from application import trash as trash_use_cases
from application.journal import RevertTask, TrimJournals
from application.trash import EmptyTrash
from domain.errors import HistoryGone, InvalidFields
from domain.owner import Actor
from domain.task import Task
from tests.builders import DAWN, a_task, an_owner

DAY = timedelta(days=1)


class Shop:
    """A database in memory, and what acts on it at `at`."""

    def __init__(self) -> None:
        database = MemoryDatabase()
        self.tasks = MemoryTasks(database)
        self.journal = MemoryJournal(database)
        self.trash = MemoryTrash(database)
        self.at = DAWN
        self.revert = RevertTask(self.tasks, self.journal, MemoryReceipts(database), self.now)

    def now(self) -> datetime:
        return self.at

    async def add(self, title: str = "1") -> Task:
        task = a_task(at=self.at, title=title)
        await self.tasks.add(task, by=task.owner)
        return task

    async def edit(self, task: Task, title: str) -> Task:
        return await self.tasks.update(
            task.owner, task.id, lambda t: t.edit({"title": title}, at=self.at), by=task.owner
        )

    async def back(self, task: Task, version: int) -> Task:
        return await self.revert(Actor(task.owner), task.owner, task.id, {"version": version})


@pytest.fixture
def shop() -> Shop:
    return Shop()


async def test_a_revert_finds_its_way_past_other_tasks_deletions_and_its_own_page(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use_cases, "_READ_AT_ONCE", 2)
    task = await shop.add()
    other = a_task(task.owner, at=DAWN)
    await shop.tasks.add(other, by=task.owner)
    for version in range(2, 8):
        await shop.edit(task, str(version))
        await shop.edit(other, str(version))
    for change in (Task.trash, Task.restore):
        await shop.tasks.update(
            task.owner, task.id, partial(change, at=DAWN), by=task.owner, trashed=True
        )

    titles = [(await shop.back(task, version)).title for version in range(1, 8)]

    assert titles == [str(version) for version in range(1, 8)]
    assert (await shop.back(task, 9)).title == "7"


@pytest.mark.parametrize("kept", range(6))
async def test_what_is_gone_is_gone_and_no_more(shop: Shop, kept: int) -> None:
    task = await shop.add()
    for version in range(2, 6):
        await shop.edit(task, str(version))
    await shop.journal.trim(task.owner, before=DAWN + DAY, limit=5 - kept)
    reachable = [version for version in range(1, 6) if version >= 5 - kept]

    for version in range(1, 6):
        if version in reachable:
            assert (await shop.back(task, version)).title == str(version)
            await shop.edit(task, "5")
        else:
            with pytest.raises(HistoryGone):
                await shop.back(task, version)
    for never in (0, 100):
        with pytest.raises(InvalidFields):
            await shop.back(task, never)


async def test_an_edit_that_comes_while_the_history_is_read_is_reverted_too(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await shop.add()
    await shop.edit(task, "2")
    real = shop.journal.history

    async def interrupted(*asked: object, **said: object) -> object:
        await shop.edit(task, "3")
        return await real(*asked, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(shop.journal, "history", interrupted)

    back = await shop.back(task, 1)

    assert (back.title, back.version) == ("1", 4)


async def test_every_journal_is_trimmed_to_what_it_keeps(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use_cases, "_READ_AT_ONCE", 2)
    monkeypatch.setattr(use_cases, "_OWNERS_AT_ONCE", 2)
    made = [await shop.add() for _ in range(5)]
    for task in made:
        for n in range(4):
            await shop.edit(task, str(n))
    shop.at = DAWN + 90 * DAY
    await shop.edit(made[0], "new")

    trim = TrimJournals(shop.journal, shop.now, 90 * DAY)
    shop.at += timedelta(microseconds=10)
    dropped = await trim()

    assert dropped == 25
    left = [len(await shop.journal.entries(task.owner, after=0, limit=9)) for task in made]
    assert left == [1, 0, 0, 0, 0]
    assert [await shop.journal.position(task.owner) for task in made] == [6, 5, 5, 5, 5]


async def test_the_trash_is_emptied_of_what_is_old_whoever_it_belongs_to(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash_use_cases, "_EMPTIED_AT_ONCE", 2)
    owner = an_owner()
    ids: list[UUID] = []
    for n in range(5):
        task = a_task(owner, at=DAWN)
        ids.append(task.id)
        await shop.tasks.add(task, by=owner)
        await shop.tasks.update(owner, task.id, partial(Task.trash, at=DAWN + n * DAY), by=owner)
    shop.at = DAWN + 32 * DAY

    erased = await EmptyTrash(shop.trash, shop.now, 30 * DAY)()

    assert erased == 2
    left, _ = await shop.trash.page(owner, after=None, limit=9)
    assert [task.id for task in left] == ids[:1:-1]
    assert await shop.journal.position(owner) == 10
