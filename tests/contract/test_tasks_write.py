"""`Tasks.update` writes all or nothing, and only onto the version expected, on every adapter."""

import pytest

from application.ports import Journal, Tasks
from domain.errors import TaskNotFound, VersionMismatch
from domain.task import Task
from tests.builders import Verb, a_task, an_id, an_owner, edit, later, toggle, trash


@pytest.fixture
async def task(tasks: Tasks) -> Task:
    """A task in version 2, completed."""
    task = a_task(tags=["t"])
    await tasks.add(task, by=task.owner)
    return await tasks.update(task.owner, task.id, toggle, by=task.owner)


class Refused(Exception):
    """What a change may raise."""


def refuse(_: Task) -> Task:
    raise Refused


@pytest.mark.parametrize(
    "versions", [None, frozenset({2}), frozenset({1, 2, 3}), frozenset({2, 2**31, 2**70})]
)
async def test_a_task_in_a_version_expected_is_changed(
    tasks: Tasks, task: Task, versions: frozenset[int] | None
) -> None:
    changed = await tasks.update(
        task.owner, task.id, edit(title="new"), by=task.owner, versions=versions
    )

    assert changed.title == "new"
    assert changed.version == 3
    assert await tasks.get(task.owner, task.id) == changed


@pytest.mark.parametrize(
    "versions", [frozenset[int](), frozenset({1}), frozenset({3}), frozenset({0, -2, 2**70})]
)
@pytest.mark.parametrize("change", [edit(title="new"), trash, refuse, lambda task: task])
async def test_a_task_in_another_version_is_left_alone(
    tasks: Tasks, journal: Journal, task: Task, versions: frozenset[int], change: Verb
) -> None:
    with pytest.raises(VersionMismatch):
        await tasks.update(task.owner, task.id, change, by=task.owner, versions=versions)

    assert await tasks.get(task.owner, task.id) == task
    assert await journal.position(task.owner) == 2


async def test_what_a_change_raises_passes_through_and_nothing_is_written(
    tasks: Tasks, journal: Journal, task: Task
) -> None:
    with pytest.raises(Refused):
        await tasks.update(task.owner, task.id, refuse, by=task.owner)

    assert await tasks.get(task.owner, task.id) == task
    assert await journal.position(task.owner) == 2


@pytest.mark.parametrize(
    "change",
    [lambda task: task, edit(completed=True, tags=("t",)), edit()],
    ids=["itself", "said again", "nothing said"],
)
async def test_a_change_that_changes_nothing_writes_nothing(
    tasks: Tasks, journal: Journal, task: Task, change: Verb
) -> None:
    unchanged = await tasks.update(task.owner, task.id, change, by=task.owner)

    assert unchanged == task
    assert await tasks.get(task.owner, task.id) == task
    assert await journal.position(task.owner) == 2


async def test_absent_and_deleted_tasks_are_not_found(
    tasks: Tasks, journal: Journal, task: Task
) -> None:
    await tasks.update(task.owner, task.id, trash, by=task.owner)

    for id in (task.id, an_id()):
        with pytest.raises(TaskNotFound):
            await tasks.get(task.owner, id)
        for change in (toggle, trash, refuse):
            with pytest.raises(TaskNotFound):
                await tasks.update(task.owner, id, change, by=task.owner)

    assert await journal.position(task.owner) == 3


async def test_an_absent_task_is_not_found_rather_than_in_another_version(
    tasks: Tasks, task: Task
) -> None:
    await tasks.update(task.owner, task.id, trash, by=task.owner)

    with pytest.raises(TaskNotFound):
        await tasks.update(
            task.owner, task.id, toggle, by=task.owner, versions=frozenset({1, 2, 3})
        )


async def test_the_change_is_given_the_present_task(tasks: Tasks, task: Task) -> None:
    seen = []

    def look(present: Task) -> Task:
        seen.append(present)
        return present

    await tasks.update(task.owner, task.id, look, by=task.owner)

    assert seen == [task]


async def test_F15_a_clock_that_went_back_still_makes_updated_at_grow(
    tasks: Tasks, task: Task
) -> None:
    yesterday = task.created_at.replace(year=2025)

    changed = await tasks.update(
        task.owner, task.id, lambda task: task.edit({"title": "x"}, at=yesterday), by=task.owner
    )

    assert changed.updated_at > task.updated_at
    assert await tasks.get(task.owner, task.id) == changed


async def test_somebody_may_write_for_the_owner_and_the_journal_knows_who(
    tasks: Tasks, journal: Journal, task: Task
) -> None:
    assistant = an_owner("elsewhere")

    await tasks.update(task.owner, task.id, edit(title=f"at {later()}"), by=assistant)

    entries = await journal.entries(task.owner, after=0, limit=10)
    assert [entry.by for entry in entries] == [task.owner, task.owner, assistant]
    assert await journal.position(assistant) == 0
