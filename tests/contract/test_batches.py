"""`Tasks.apply`: several changes are one step, on every adapter."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from application.errors import KeyTaken
from application.ports import Journal, Receipt, Tasks
from domain.change import Change
from domain.errors import TaskhavenError, TooManyTasks
from domain.owner import Owner
from domain.task import Task
from tests.builders import DAWN, Verb, a_task, an_id, an_owner, edit, later, toggle, trash
from tests.storages import Opened

Found = Mapping[UUID, Task]


def verbs(owner: Owner, *steps: tuple[UUID, Verb]) -> "Plan":
    return Plan(owner, steps)


class Plan:
    """Does the verbs, each to its task as the ones before have left it; then adds `new` tasks."""

    def __init__(
        self, owner: Owner, steps: Sequence[tuple[UUID, Verb]] = (), new: Sequence[Task] = ()
    ) -> None:
        self.owner = owner
        self.steps = steps
        self.new = new

    def __call__(self, found: Found) -> Sequence[Change]:
        tasks, changes = dict(found), []
        for id, verb in self.steps:
            before, tasks[id] = tasks[id], verb(tasks[id])
            changes.append(Change(before, tasks[id], self.owner))
        return [*changes, *(Change(None, task, self.owner) for task in self.new)]


async def there(tasks: Tasks, count: int) -> tuple[Owner, list[Task]]:
    owner = an_owner()
    made = [a_task(owner) for _ in range(count)]
    for task in made:
        await tasks.add(task, by=owner)
    return owner, made


async def test_some_are_those_of_the_owner_that_are_present(tasks: Tasks) -> None:
    owner, (one, two, gone) = await there(tasks, 3)
    _, (foreign,) = await there(tasks, 1)
    await tasks.update(owner, gone.id, trash, by=owner)

    found = await tasks.some(owner, [two.id, gone.id, foreign.id, an_id(), one.id])

    assert found == {one.id: one, two.id: two}
    assert await tasks.some(owner, []) == {}


async def test_those_in_the_trash_are_told_where_they_are_wanted_too(tasks: Tasks) -> None:
    owner, (here, gone) = await there(tasks, 2)
    trashed = await tasks.update(owner, gone.id, trash, by=owner)
    ids = [here.id, gone.id, an_id()]
    seen: list[Found] = []

    def plan(found: Found) -> Sequence[Change]:
        seen.append(found)
        task = found[gone.id]
        return [Change(task, task.restore(at=later()), owner)]

    found = await tasks.some(owner, ids, trashed=True)
    await tasks.apply(owner, ids, plan, trashed=True)

    assert found == {here.id: here, gone.id: trashed}
    assert seen == [found]
    assert (await tasks.get(owner, gone.id)).version == 3


async def test_of_those_who_add_a_task_at_once_one_does_and_the_others_find_it(
    tasks: Tasks, journal: Journal
) -> None:
    owner = an_owner()
    new = [a_task(owner) for _ in range(3)]
    ids = [task.id for task in new]

    def plan(found: Found) -> Sequence[Change]:
        return [Change(None, task, owner) for task in new if task.id not in found]

    done = await asyncio.gather(*(tasks.apply(owner, ids, plan) for _ in range(5)))

    assert sorted(len(changes) for changes in done) == [0, 0, 0, 0, 3]
    assert await tasks.some(owner, ids) == {task.id: task for task in new}
    assert await journal.position(owner) == 3


async def test_I10_the_plan_sees_no_task_of_another(tasks: Tasks) -> None:
    owner, (mine,) = await there(tasks, 1)
    _, (foreign,) = await there(tasks, 1)
    seen: list[Found] = []

    def plan(found: Found) -> Sequence[Change]:
        seen.append(found)
        return []

    await tasks.apply(owner, [mine.id, foreign.id], plan)

    assert seen == [{mine.id: mine}]


async def test_several_steps_of_several_tasks_are_stored_in_their_order(
    tasks: Tasks, journal: Journal
) -> None:
    owner, (one, two) = await there(tasks, 2)
    new = a_task(owner)
    steps = [(two.id, toggle), (one.id, edit(title="x")), (two.id, toggle), (two.id, trash)]

    done = await tasks.apply(owner, [one.id, two.id], Plan(owner, steps, [new]))

    assert [change.after.version for change in done] == [2, 2, 3, 4, 1]
    entries = await journal.entries(owner, after=2, limit=9)
    assert [(e.position, e.previous, e.task_id, e.version) for e in entries] == [
        (3, 2, two.id, 2),
        (4, 1, one.id, 2),
        (5, 3, two.id, 3),
        (6, 5, two.id, 4),
        (7, None, new.id, 1),
    ]
    assert [e.changed for e in entries] == [change.changed for change in done]
    assert [e.action for e in entries] == [change.action for change in done]
    assert await tasks.some(owner, [one.id, two.id, new.id]) == {
        one.id: done[1].after, new.id: new
    }  # fmt: skip
    after = await journal.changes(owner, after=2, limit=9)
    assert [(at, isinstance(item, Task)) for at, item in after.items] == [
        (4, True), (6, False), (7, True)
    ]  # fmt: skip
    assert await journal.position(owner) == 7


async def test_a_later_write_follows_from_the_last_step(tasks: Tasks, journal: Journal) -> None:
    owner, (task,) = await there(tasks, 1)
    await tasks.apply(owner, [task.id], verbs(owner, (task.id, toggle), (task.id, toggle)))

    await tasks.update(owner, task.id, toggle, by=owner)

    history = await journal.history(owner, task.id, before=None, limit=9)
    assert [(e.position, e.previous, e.version) for e in history] == [
        (4, 3, 4), (3, 2, 3), (2, 1, 2), (1, None, 1)
    ]  # fmt: skip


async def test_where_the_plan_refuses_nothing_is_written(tasks: Tasks, journal: Journal) -> None:
    owner, (task,) = await there(tasks, 1)

    def refuse(_: Task) -> Task:
        raise TaskhavenError

    with pytest.raises(TaskhavenError):
        await tasks.apply(owner, [task.id], verbs(owner, (task.id, toggle), (task.id, refuse)))

    assert await tasks.get(owner, task.id) == task
    assert await journal.position(owner) == 1


@pytest.mark.parametrize("most", [2, 3, 4])
async def test_as_many_tasks_as_allowed_and_no_more(
    tasks: Tasks, journal: Journal, most: int
) -> None:
    owner, (one, _) = await there(tasks, 2)
    plan = Plan(owner, [(one.id, trash)], [a_task(owner), a_task(owner)])

    try:
        await tasks.apply(owner, [one.id], plan, most=most)
    except TooManyTasks:
        assert most == 2
        assert await tasks.get(owner, one.id) == one
        assert await journal.position(owner) == 2
    else:
        assert most > 2
        assert await journal.position(owner) == 5


async def test_who_has_too_many_may_still_do_what_adds_none(tasks: Tasks) -> None:
    owner, (one, two) = await there(tasks, 2)
    plan = Plan(owner, [(one.id, trash), (two.id, toggle)], [a_task(owner)])

    done = await tasks.apply(owner, [one.id, two.id], plan, most=1)

    assert len(done) == 3


async def test_a_restored_task_counts(tasks: Tasks) -> None:
    owner, (one, _) = await there(tasks, 2)
    await tasks.update(owner, one.id, trash, by=owner)

    def restore(task: Task) -> Task:
        return task.restore(at=later())

    with pytest.raises(TooManyTasks):
        await tasks.update(owner, one.id, restore, by=owner, trashed=True, most=1)
    await tasks.update(owner, one.id, restore, by=owner, trashed=True, most=2)

    assert len(await tasks.some(owner, [one.id])) == 1


async def test_the_receipt_is_stored_with_the_changes_and_a_taken_key_stops_them(
    storage: Opened, journal: Journal
) -> None:
    tasks = storage.tasks
    owner, (task,) = await there(tasks, 1)

    def receipt(changes: Sequence[Change]) -> Receipt:
        return Receipt("k", "d", f"{len(changes)} changes", DAWN, DAWN + timedelta(days=1))

    plan = verbs(owner, (task.id, toggle), (task.id, toggle))
    await tasks.apply(owner, [task.id], plan, receipt=receipt)
    with pytest.raises(KeyTaken):
        await tasks.apply(owner, [task.id], plan, receipt=receipt)
    with pytest.raises(KeyTaken):
        await tasks.apply(owner, [], lambda _: [], receipt=receipt)

    kept = await storage.receipts.find(owner, "k", at=DAWN)
    assert kept == receipt([Change(None, task, owner)] * 2)
    assert await journal.position(owner) == 3


async def test_a_batch_that_changes_nothing_keeps_its_receipt(
    storage: Opened, journal: Journal
) -> None:
    owner = an_owner()
    receipt = Receipt("k", "d", "nothing", DAWN, DAWN + timedelta(days=1))

    await storage.tasks.apply(owner, [], lambda _: [], receipt=lambda _: receipt)

    assert await storage.receipts.find(owner, "k", at=DAWN) == receipt
    assert await journal.position(owner) == 0


async def test_C09_batches_and_single_writes_at_once_lose_nothing_and_all_end(
    tasks: Tasks, journal: Journal
) -> None:
    owner, (one, two) = await there(tasks, 2)

    def tag(name: str) -> Verb:
        return lambda task: task.edit({"tags": (*task.tags, name)}, at=later())

    def both(name: str, *ids: UUID) -> Plan:
        return Plan(owner, [(id, tag(name)) for id in ids])

    await asyncio.gather(
        *(tasks.apply(owner, [one.id, two.id], both(f"f{n}", one.id, two.id)) for n in range(4)),
        *(tasks.apply(owner, [one.id, two.id], both(f"b{n}", two.id, one.id)) for n in range(4)),
        *(tasks.update(owner, one.id, tag(f"s{n}"), by=owner) for n in range(6)),
    )

    batches = {f"{letter}{n}" for letter in "fb" for n in range(4)}
    found = await tasks.some(owner, [one.id, two.id])
    assert {*found[one.id].tags} == batches | {f"s{n}" for n in range(6)}
    assert {*found[two.id].tags} == batches
    assert (found[one.id].version, found[two.id].version) == (15, 9)
    entries = await journal.entries(owner, after=0, limit=99)
    assert [entry.position for entry in entries] == [*range(1, 25)]
    last: dict[UUID, int] = {}
    for entry in entries:
        assert entry.previous == last.get(entry.task_id)
        last[entry.task_id] = entry.position
