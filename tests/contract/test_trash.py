"""`Trash`: where deleted tasks are until they are restored or erased, on every adapter."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest

from application.ports import Journal, Tasks, Trash
from domain.change import Action
from domain.errors import TaskNotFound
from domain.owner import Owner
from domain.task import Task
from tests.builders import DAWN, a_task, an_id, an_owner, edit, later

AGES = timedelta(days=20_000)


async def thrown_away(tasks: Tasks, owner: Owner, count: int) -> list[Task]:
    """So many tasks of the owner's trash, the first deleted last."""
    made = []
    for _ in range(count):
        task = a_task(owner)
        await tasks.add(task, by=owner)
        made.append(await tasks.update(owner, task.id, _trash, by=owner))
    return made[::-1]


def _trash(task: Task) -> Task:
    return task.trash(at=later())


def _restore(task: Task) -> Task:
    return task.restore(at=later())


async def whole(trash: Trash, owner: Owner, limit: int = 100) -> Sequence[Task]:
    """Every task of the trash, page by page."""
    found: list[Task] = []
    after, more = None, True
    while more:
        tasks, more = await trash.page(owner, after=after, limit=limit)
        found += tasks
        if more:
            assert tasks[-1].deleted_at
            after = tasks[-1].deleted_at, tasks[-1].id
    return found


async def test_trash_is_empty_until_something_is_deleted(tasks: Tasks, trash: Trash) -> None:
    task = a_task()
    await tasks.add(task, by=task.owner)

    assert await trash.page(task.owner, after=None, limit=10) == ([], False)


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6])
async def test_the_newest_deletion_comes_first_on_pages_of_any_size(
    tasks: Tasks, trash: Trash, limit: int
) -> None:
    owner = an_owner()
    gone = await thrown_away(tasks, owner, 5)
    await thrown_away(tasks, an_owner(), 2)

    assert await whole(trash, owner, limit) == gone


async def test_of_one_instant_the_ids_decide(tasks: Tasks, trash: Trash) -> None:
    owner, at = an_owner(), later()
    for _ in range(5):
        task = a_task(owner, at=DAWN)
        await tasks.add(task, by=owner)
        await tasks.update(owner, task.id, lambda t: t.trash(at=at), by=owner)

    found = await whole(trash, owner, 2)

    assert [task.id for task in found] == sorted((t.id for t in found), reverse=True)
    assert len(found) == 5


async def test_C07_what_stays_is_neither_skipped_nor_repeated_while_others_come_and_go(
    tasks: Tasks, trash: Trash
) -> None:
    owner = an_owner()
    gone = await thrown_away(tasks, owner, 6)

    first, _ = await trash.page(owner, after=None, limit=2)
    await trash.erase(owner, first[-1].id)
    await tasks.update(owner, gone[2].id, _restore, by=owner, trashed=True)
    await thrown_away(tasks, owner, 2)
    assert first[-1].deleted_at
    rest, more = await trash.page(owner, after=(first[-1].deleted_at, first[-1].id), limit=9)

    assert [*first, *rest] == [*gone[:2], *gone[3:]]
    assert not more


async def test_what_is_restored_is_a_task_again_in_its_next_version(
    tasks: Tasks, journal: Journal, trash: Trash
) -> None:
    owner = an_owner()
    (gone,) = await thrown_away(tasks, owner, 1)

    back = await tasks.update(owner, gone.id, _restore, by=owner, trashed=True)

    assert await tasks.get(owner, gone.id) == back
    assert (back.version, back.deleted_at) == (3, None)
    assert await whole(trash, owner) == []
    entries = await journal.history(owner, gone.id, before=None, limit=9)
    assert [entry.action for entry in entries] == [Action.RESTORE, Action.DELETE, Action.CREATE]


async def test_what_is_erased_leaves_one_entry_without_content(
    tasks: Tasks, journal: Journal, trash: Trash
) -> None:
    owner, other = an_owner(), an_owner()
    task, neighbour = a_task(owner, title="secret"), a_task(owner)
    for each in (task, neighbour):
        await tasks.add(each, by=owner)
    await tasks.update(owner, task.id, edit(title="secret too"), by=owner)
    await tasks.update(owner, neighbour.id, edit(title="new"), by=owner)
    await tasks.update(owner, task.id, _trash, by=owner)

    by_another = await trash.erase(other, task.id)
    erased = [await trash.erase(owner, task.id) for _ in range(2)]

    assert (by_another, erased) == (False, [True, False])
    assert await whole(trash, owner) == []
    with pytest.raises(TaskNotFound):
        await tasks.update(owner, task.id, _restore, by=owner, trashed=True)
    entries = await journal.entries(owner, after=0, limit=9)
    assert [(e.position, e.task_id == task.id) for e in entries] == [
        (2, False), (4, False), (5, True)
    ]  # fmt: skip
    last = entries[-1]
    assert (last.action, last.changed, last.previous) == (Action.DELETE, {}, None)
    assert [e.previous for e in entries[:2]] == [None, 2]
    assert await journal.position(owner) == 5


async def test_only_what_is_in_the_trash_can_be_erased(tasks: Tasks, trash: Trash) -> None:
    task = a_task()
    await tasks.add(task, by=task.owner)

    assert not await trash.erase(task.owner, task.id)
    assert not await trash.erase(task.owner, an_id())
    assert await tasks.get(task.owner, task.id) == task


async def test_a_task_whose_entries_are_no_longer_kept_can_be_erased(
    tasks: Tasks, journal: Journal, trash: Trash
) -> None:
    for kept in (0, 1):
        owner = an_owner()
        (gone,) = await thrown_away(tasks, owner, 1)
        await journal.trim(owner, before=DAWN + AGES, limit=2 - kept)

        assert await trash.erase(owner, gone.id)

        entries = await journal.entries(owner, after=0, limit=9)
        assert [(e.position, e.previous) for e in entries] == [(2, None)][:kept]
        assert (await journal.changes(owner, after=2 - kept, limit=9)).horizon == 2 - kept


async def test_of_erasing_and_restoring_at_once_one_is_done(
    tasks: Tasks, journal: Journal, trash: Trash
) -> None:
    owner = an_owner()
    gone = await thrown_away(tasks, owner, 12)

    async def restore(task: Task) -> bool:
        try:
            await tasks.update(owner, task.id, _restore, by=owner, trashed=True)
        except TaskNotFound:
            return False
        return True

    restored, erased = await asyncio.gather(
        asyncio.gather(*(restore(task) for task in gone)),
        asyncio.gather(*(trash.erase(owner, task.id) for task in reversed(gone))),
    )

    erased.reverse()
    assert [one ^ other for one, other in zip(restored, erased, strict=True)] == [True] * 12
    there = await tasks.some(owner, [task.id for task in gone])
    assert {t.id for t in there.values()} == {
        t.id for t, back in zip(gone, restored, strict=True) if back
    }
    changes = await journal.changes(owner, after=0, limit=99)
    assert len(changes.items) == 12
    assert await whole(trash, owner) == []


async def test_of_several_who_erase_one_does(tasks: Tasks, trash: Trash) -> None:
    owner = an_owner()
    (gone,) = await thrown_away(tasks, owner, 1)

    erased = await asyncio.gather(*(trash.erase(owner, gone.id) for _ in range(5)))

    assert sorted(erased) == [False] * 4 + [True]


async def test_old_are_those_deleted_before_whoever_they_belong_to(
    tasks: Tasks, trash: Trash
) -> None:
    at = DAWN - AGES  # before whatever other tests delete
    owners = [an_owner(), an_owner()]
    for owner in owners:
        for age in (0, 1):
            task = a_task(owner, at=at - timedelta(days=1))
            await tasks.add(task, by=owner)
            moment = at + timedelta(microseconds=age)
            await tasks.update(owner, task.id, partial(Task.trash, at=moment), by=owner)

    found = await trash.old(before=at + timedelta(microseconds=1), limit=99)
    few = await trash.old(before=at + timedelta(microseconds=2), limit=3)

    assert {owner for owner, _ in found} == {*owners}
    assert len(found) == 2
    assert len(few) == 3
    for owner in owners:
        for task in await whole(trash, owner):
            await trash.erase(owner, task.id)
    assert list(await trash.old(before=at + timedelta(microseconds=2), limit=3)) == []
