"""How many tasks an owner may have, on every adapter."""

import asyncio

import pytest

from application.ports import Journal, Tasks
from domain.errors import TaskNotFound, TooManyTasks
from tests.builders import a_task, an_owner, toggle, trash


async def test_one_more_than_allowed_is_refused_and_changes_nothing(
    tasks: Tasks, journal: Journal
) -> None:
    owner = an_owner()
    first, second = a_task(owner), a_task(owner)
    await tasks.add(first, by=owner, most=1)

    with pytest.raises(TooManyTasks):
        await tasks.add(second, by=owner, most=1)

    with pytest.raises(TaskNotFound):
        await tasks.get(owner, second.id)
    assert await journal.position(owner) == 1
    await tasks.update(owner, first.id, toggle, by=owner)
    await tasks.add(second, by=owner, most=2)


async def test_what_lies_in_the_trash_does_not_count_nor_what_others_have(tasks: Tasks) -> None:
    owner, other = an_owner(), an_owner()
    first = a_task(owner)
    await tasks.add(first, by=owner, most=1)

    await tasks.add(a_task(other), by=other, most=1)
    await tasks.update(owner, first.id, trash, by=owner)
    await tasks.add(a_task(owner), by=owner, most=1)

    with pytest.raises(TooManyTasks):
        await tasks.add(a_task(owner), by=owner, most=1)


async def test_of_many_at_once_no_more_than_allowed_are_added(
    tasks: Tasks, journal: Journal
) -> None:
    owner = an_owner()

    done = await asyncio.gather(
        *(tasks.add(a_task(owner), by=owner, most=5) for _ in range(20)), return_exceptions=True
    )

    assert [type(result) for result in done].count(TooManyTasks) == 15
    assert await journal.position(owner) == 5


async def test_without_a_limit_there_is_none(tasks: Tasks, journal: Journal) -> None:
    owner = an_owner()

    for _ in range(5):
        await tasks.add(a_task(owner), by=owner)

    assert await journal.position(owner) == 5
