"""`Journal` as its readers use it: changes, history and trimming, on every adapter."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from application.ports import Changes, Journal, Tasks, Trash
from domain.change import Action
from domain.errors import TaskNotFound
from domain.owner import Owner
from domain.task import Task
from tests.builders import DAWN, a_task, an_id, an_owner, edit, later, toggle, trash

LATER = DAWN + timedelta(days=365)


async def three(tasks: Tasks, owner: Owner) -> list[Task]:
    """Three tasks, which are the owner's changes 1, 2 and 3."""
    made = [a_task(owner) for _ in range(3)]
    for task in made:
        await tasks.add(task, by=owner)
    return made


def told(changes: Changes) -> Sequence[tuple[int, UUID, bool]]:
    """Of each item its position, its task, and whether that is there."""
    return [
        (at, item.id if isinstance(item, Task) else item, isinstance(item, Task))
        for at, item in changes.items
    ]


async def test_nobody_has_no_changes(journal: Journal) -> None:
    changes = await journal.changes(an_owner(), after=0, limit=10)

    assert changes == Changes([], more=False, position=0, horizon=0)


async def test_each_task_is_told_once_as_it_is_now_where_it_last_changed(
    tasks: Tasks, journal: Journal
) -> None:
    owner = an_owner()
    one, two, three_ = await three(tasks, owner)
    for id in (two.id, one.id, two.id):
        await tasks.update(owner, id, toggle, by=owner)

    changes = await journal.changes(owner, after=0, limit=10)

    assert told(changes) == [(3, three_.id, True), (5, one.id, True), (6, two.id, True)]
    assert [item for _, item in changes.items] == [
        await tasks.get(owner, id) for id in (three_.id, one.id, two.id)
    ]
    assert (changes.more, changes.position, changes.horizon) == (False, 6, 0)


@pytest.mark.parametrize(
    ("after", "limit", "places", "more"),
    [
        (0, 2, [3, 5], True),
        (0, 3, [3, 5, 6], False),
        (3, 1, [5], True),
        (4, 9, [5, 6], False),
        (6, 9, [], False),
        (2**40, 9, [], False),
    ],
)
async def test_changes_are_read_from_any_position(
    tasks: Tasks, journal: Journal, after: int, limit: int, places: list[int], more: bool
) -> None:
    owner = an_owner()
    one, two, _ = await three(tasks, owner)
    for id in (two.id, one.id, two.id):
        await tasks.update(owner, id, toggle, by=owner)

    changes = await journal.changes(owner, after=after, limit=limit)

    assert [place for place, _ in changes.items] == places
    assert (changes.more, changes.position) == (more, 6)


async def test_what_was_deleted_or_erased_is_a_tombstone_and_what_was_restored_is_there(
    tasks: Tasks, journal: Journal, trash: Trash
) -> None:
    owner = an_owner()
    deleted, erased, restored = await three(tasks, owner)
    for task in (deleted, erased, restored):
        await tasks.update(owner, task.id, lambda t: t.trash(at=later()), by=owner)
    await trash.erase(owner, erased.id)
    await tasks.update(owner, restored.id, lambda t: t.restore(at=later()), by=owner, trashed=True)

    changes = await journal.changes(owner, after=0, limit=10)

    assert told(changes) == [
        (4, deleted.id, False), (5, erased.id, False), (7, restored.id, True)
    ]  # fmt: skip
    assert changes.position == 7


async def test_the_horizon_moves_with_what_is_dropped_and_the_rest_stays(
    tasks: Tasks, journal: Journal
) -> None:
    owner = an_owner()
    made = await three(tasks, owner)
    await tasks.update(owner, made[1].id, toggle, by=owner)

    dropped = await journal.trim(owner, before=LATER, limit=2)

    changes = await journal.changes(owner, after=2, limit=10)
    assert (dropped, changes.horizon, changes.position) == (2, 2, 4)
    assert told(changes) == [(3, made[2].id, True), (4, made[1].id, True)]
    assert [e.position for e in await journal.entries(owner, after=0, limit=9)] == [3, 4]


async def test_only_what_is_older_is_dropped_and_only_from_the_front(
    tasks: Tasks, journal: Journal
) -> None:
    owner = an_owner()
    early, late = DAWN, DAWN + timedelta(hours=1)
    for at in (early, late, early):
        await tasks.add(a_task(owner, at=at), by=owner)

    dropped = [
        await journal.trim(owner, before=before, limit=10)
        for before in (early, late, late, late + timedelta(microseconds=1))
    ]

    assert dropped == [0, 1, 0, 2]
    changes = await journal.changes(owner, after=0, limit=9)
    assert (changes.horizon, changes.position) == (3, 3)
    assert list(changes.items) == []


async def test_who_has_nothing_has_nothing_to_drop(journal: Journal) -> None:
    assert await journal.trim(an_owner(), before=LATER, limit=10) == 0


async def test_another_owner_keeps_everything(tasks: Tasks, journal: Journal) -> None:
    owner, other = an_owner(), an_owner()
    await three(tasks, owner)
    await three(tasks, other)

    await journal.trim(owner, before=LATER, limit=10)

    changes = await journal.changes(other, after=0, limit=10)
    assert (len(changes.items), changes.horizon) == (3, 0)


async def test_writers_are_not_disturbed_by_trimming(tasks: Tasks, journal: Journal) -> None:
    owner = an_owner()
    task = a_task(owner)
    await tasks.add(task, by=owner)

    async def write(who: str) -> None:
        for n in range(15):
            await tasks.update(owner, task.id, edit(title=f"{who} {n}"), by=owner)

    async def trim() -> int:
        return sum([await journal.trim(owner, before=LATER, limit=2) for _ in range(10)])

    *_, dropped = await asyncio.gather(write("one"), write("other"), trim())

    kept = await journal.entries(owner, after=0, limit=100)
    horizon = (await journal.changes(owner, after=0, limit=1)).horizon
    assert horizon == dropped > 0
    assert [entry.position for entry in kept] == [*range(horizon + 1, 32)]
    assert (await tasks.get(owner, task.id)).version == 31


async def test_history_is_told_newest_first_and_page_by_page(
    tasks: Tasks, journal: Journal
) -> None:
    owner = an_owner()
    task, other, _ = await three(tasks, owner)
    for id in (task.id, other.id, task.id, task.id, other.id):
        await tasks.update(owner, id, toggle, by=owner)

    first = await journal.history(owner, task.id, before=None, limit=3)
    second = await journal.history(owner, task.id, before=first[-1].previous, limit=3)

    assert [entry.version for entry in (*first, *second)] == [4, 3, 2, 1]
    assert [entry.position for entry in (*first, *second)] == [7, 6, 4, 1]
    assert {entry.task_id for entry in (*first, *second)} == {task.id}
    assert second[-1].previous is None
    assert second[-1].action is Action.CREATE


async def test_history_leaves_out_what_is_no_longer_kept(tasks: Tasks, journal: Journal) -> None:
    owner = an_owner()
    task, *_ = await three(tasks, owner)
    for _ in range(3):
        await tasks.update(owner, task.id, toggle, by=owner)
    await journal.trim(owner, before=LATER, limit=4)

    entries = await journal.history(owner, task.id, before=None, limit=10)

    assert [entry.version for entry in entries] == [4, 3]
    assert list(await journal.history(owner, task.id, before=4, limit=10)) == []
    await journal.trim(owner, before=LATER, limit=10)
    assert list(await journal.history(owner, task.id, before=None, limit=10)) == []


async def test_what_is_not_there_has_no_history(
    tasks: Tasks, journal: Journal, trash: Trash
) -> None:
    owner = an_owner()
    gone, erased, task = await three(tasks, owner)
    for id in (gone.id, erased.id):
        await tasks.update(owner, id, lambda t: t.trash(at=later()), by=owner)
    await trash.erase(owner, erased.id)

    for whose, id in [
        (owner, gone.id), (owner, erased.id), (owner, an_id()), (an_owner(), task.id)
    ]:  # fmt: skip
        with pytest.raises(TaskNotFound):
            await journal.history(whose, id, before=None, limit=10)


async def test_positions_are_told_of_those_who_have_written(tasks: Tasks, journal: Journal) -> None:
    busy, idle = an_owner(), an_owner()
    namesake = Owner(busy.subject, "elsewhere")
    await three(tasks, busy)
    await tasks.add(a_task(namesake), by=namesake)

    positions = await journal.positions([busy, idle, namesake])

    assert positions == {busy: 3, namesake: 1}
    assert await journal.positions([]) == {}


async def test_the_oldest_entries_are_told_owner_by_owner(tasks: Tasks, journal: Journal) -> None:
    stem = an_owner().subject
    owners = [Owner(f"{stem}-{n}") for n in range(3)]
    at = [later() for _ in owners]
    for owner, first in zip(owners, at, strict=True):
        task = a_task(owner, at=first)
        await tasks.add(task, by=owner)
        await tasks.update(owner, task.id, trash, by=owner)
    await journal.trim(owners[1], before=LATER, limit=2)

    found = await journal.oldest(after=Owner(stem), limit=2)
    onward = await journal.oldest(after=found[-1][0], limit=1)

    assert [*found, *onward] == [(owners[0], at[0]), (owners[1], None), (owners[2], at[2])]
