"""Writers at once: none is lost, and of those that exclude each other one wins."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

import pytest

from application.ports import Journal, Tasks
from domain.due import Due
from domain.errors import TaskNotFound, VersionMismatch
from domain.fields import Fields, Priority
from domain.task import Task
from tests.builders import a_task, an_owner, edit, later, toggle, trash

WRITERS = 20


@pytest.fixture
async def task(tasks: Tasks) -> Task:
    task = a_task()
    await tasks.add(task, by=task.owner)
    return task


async def outcomes(writes: Iterable[Awaitable[Task]]) -> Counter[type]:
    """How many of the writes, done all at once, ended in what."""
    results = await asyncio.gather(*writes, return_exceptions=True)
    return Counter(type(result) for result in results)


async def test_for_each_version_exactly_one_of_many_writers_wins(
    tasks: Tasks, journal: Journal, task: Task
) -> None:
    for version in range(1, 6):
        done = await outcomes(
            tasks.update(
                task.owner,
                task.id,
                edit(title=f"writer {n} of version {version}"),
                by=task.owner,
                versions=frozenset({version}),
            )
            for n in range(WRITERS)
        )
        assert done == {Task: 1, VersionMismatch: WRITERS - 1}

    assert (await tasks.get(task.owner, task.id)).version == 6
    assert await journal.position(task.owner) == 6


async def test_edits_of_different_members_all_survive(
    tasks: Tasks, journal: Journal, task: Task
) -> None:
    said: list[Fields] = [
        {"title": "new"},
        {"description": "new"},
        {"priority": Priority.HIGH},
        {"due_date": Due.parse("2026-12-01")},
        {"tags": ("new",)},
        {"completed": True},
    ]

    done = await outcomes(
        tasks.update(task.owner, task.id, edit(**fields), by=task.owner) for fields in said
    )

    assert done == {Task: len(said)}
    after = await tasks.get(task.owner, task.id)
    assert [{name: getattr(after, name) for name in fields} for fields in said] == said
    assert after.version == await journal.position(task.owner) == 1 + len(said)


async def test_no_unconditional_edit_is_lost(tasks: Tasks, task: Task) -> None:
    def tag(name: str) -> Callable[[Task], Task]:
        return lambda task: task.edit({"tags": (*task.tags, name)}, at=later())

    done = await outcomes(
        tasks.update(task.owner, task.id, tag(str(n)), by=task.owner) for n in range(WRITERS)
    )

    assert done == {Task: WRITERS}
    after = await tasks.get(task.owner, task.id)
    assert sorted(after.tags, key=int) == [str(n) for n in range(WRITERS)]
    assert after.version == WRITERS + 1


async def test_an_even_number_of_toggles_ends_where_it_began(tasks: Tasks, task: Task) -> None:
    done = await outcomes(
        tasks.update(task.owner, task.id, toggle, by=task.owner) for _ in range(WRITERS)
    )

    assert done == {Task: WRITERS}
    after = await tasks.get(task.owner, task.id)
    assert (after.completed, after.version) == (False, WRITERS + 1)


async def test_of_several_deletes_one_finds_the_task(
    tasks: Tasks, journal: Journal, task: Task
) -> None:
    done = await outcomes(
        tasks.update(task.owner, task.id, trash, by=task.owner) for _ in range(WRITERS)
    )

    assert done == {Task: 1, TaskNotFound: WRITERS - 1}
    assert await journal.position(task.owner) == 2


async def test_no_edit_brings_back_a_task_that_was_deleted_meanwhile(
    tasks: Tasks, task: Task
) -> None:
    changes = [edit(title=str(n)) for n in range(WRITERS)]
    changes[WRITERS // 2] = trash

    await outcomes(tasks.update(task.owner, task.id, change, by=task.owner) for change in changes)

    with pytest.raises(TaskNotFound):
        await tasks.get(task.owner, task.id)


async def test_tasks_added_at_once_are_all_there(tasks: Tasks, journal: Journal) -> None:
    owner = an_owner()
    added = [a_task(owner) for _ in range(WRITERS)]

    await asyncio.gather(*(tasks.add(task, by=owner) for task in added))

    assert [await tasks.get(owner, task.id) for task in added] == added
    assert await journal.position(owner) == WRITERS
