"""No method of `Tasks` or `Journal` reaches another owner's task, on any adapter."""

from collections.abc import Callable

import pytest

from application.ports import Journal, Tasks
from domain.errors import TaskNotFound
from domain.owner import Owner
from domain.task import Task
from tests.builders import Verb, a_task, an_id, an_owner, edit, newest_first, toggle, trash

OTHERS: dict[str, Callable[[Owner], Owner]] = {
    "a stranger": lambda owner: an_owner(),
    "the same subject in another realm": lambda owner: Owner(owner.subject, "elsewhere"),
    "the same subject in upper case": lambda owner: Owner(owner.subject.upper()),
    "a subject that goes on": lambda owner: Owner(f"{owner.subject}-"),
}


@pytest.fixture(params=OTHERS)
def other(request: pytest.FixtureRequest, task: Task) -> Owner:
    """Somebody else, however alike."""
    return OTHERS[request.param](task.owner)


@pytest.fixture
async def task(tasks: Tasks) -> Task:
    task = a_task()
    await tasks.add(task, by=task.owner)
    return task


async def test_I02_a_foreign_task_cannot_be_read(tasks: Tasks, task: Task, other: Owner) -> None:
    with pytest.raises(TaskNotFound) as foreign:
        await tasks.get(other, task.id)
    with pytest.raises(TaskNotFound) as absent:
        await tasks.get(other, an_id())

    assert str(foreign.value) == str(absent.value)
    assert list((await tasks.page(other, newest_first(10))).tasks) == []


@pytest.mark.parametrize("change", [edit(title="mine"), toggle, trash, lambda task: task])
@pytest.mark.parametrize("versions", [None, frozenset({1}), frozenset({2})])
async def test_I02_a_foreign_task_cannot_be_changed(
    tasks: Tasks,
    journal: Journal,
    task: Task,
    other: Owner,
    change: Verb,
    versions: frozenset[int] | None,
) -> None:
    with pytest.raises(TaskNotFound) as foreign:
        await tasks.update(other, task.id, change, by=other, versions=versions)
    with pytest.raises(TaskNotFound) as absent:
        await tasks.update(other, an_id(), change, by=other, versions=versions)

    assert str(foreign.value) == str(absent.value)
    assert await tasks.get(task.owner, task.id) == task
    assert await journal.position(task.owner) == 1
    assert await journal.position(other) == 0


async def test_I02_a_foreign_journal_cannot_be_read(
    journal: Journal, task: Task, other: Owner
) -> None:
    assert await journal.position(task.owner) == 1
    assert await journal.position(other) == 0
    assert list(await journal.entries(other, after=0, limit=10)) == []


async def test_a_foreign_task_is_no_place_to_go_on_from(tasks: Tasks, other: Owner) -> None:
    older, newer = a_task(other), a_task(other)
    foreign = a_task(at=newer.created_at)
    for task in (older, newer, foreign):
        await tasks.add(task, by=task.owner)

    page = await tasks.page(other, newest_first(10, beyond=foreign))

    assert foreign not in page.tasks
    assert older in page.tasks


async def test_I04_an_id_that_was_deleted_serves_another_owner_without_effect_on_the_first(
    tasks: Tasks, task: Task, other: Owner
) -> None:
    await tasks.update(task.owner, task.id, trash, by=task.owner)
    namesake = Task(
        owner=other,
        id=task.id,
        title="theirs",
        created_at=task.created_at,
        updated_at=task.updated_at,
    )

    await tasks.add(namesake, by=other)
    edited = await tasks.update(other, task.id, edit(title="still theirs"), by=other)

    assert await tasks.get(other, task.id) == edited
    with pytest.raises(TaskNotFound):
        await tasks.get(task.owner, task.id)


async def test_an_id_that_lives_twice_is_two_tasks(
    tasks: Tasks, journal: Journal, task: Task, other: Owner
) -> None:
    namesake = Task(
        owner=other,
        id=task.id,
        title="theirs",
        created_at=task.created_at,
        updated_at=task.updated_at,
    )
    await tasks.add(namesake, by=other)

    await tasks.update(other, task.id, trash, by=other)

    assert await tasks.get(task.owner, task.id) == task
    assert await journal.position(task.owner) == 1
    assert await journal.position(other) == 2
