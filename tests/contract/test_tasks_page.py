"""`Tasks.page`: newest first, and to the end without a gap or a repeat, on every adapter."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.ports import Page, Tasks
from domain.owner import Owner
from domain.task import Task
from tests.builders import a_task, an_owner, edit, later, newest_first, toggle, trash


async def added(tasks: Tasks, owner: Owner, count: int) -> list[Task]:
    """So many new tasks, oldest first."""
    new = [a_task(owner, title=f"task {n}") for n in range(count)]
    for task in new:
        await tasks.add(task, by=owner)
    return new


async def pages(tasks: Tasks, owner: Owner, limit: int) -> AsyncIterator[Page]:
    """Every page, each from where the one before ended."""
    last: Task | None = None
    while True:
        page = await tasks.page(owner, newest_first(limit, last))
        yield page
        if not page.more:
            return
        assert last is None or page.tasks[-1].id < last.id
        last = page.tasks[-1]


async def test_an_owner_without_tasks_has_an_empty_page(tasks: Tasks) -> None:
    for listing in (newest_first(1), newest_first(500), newest_first(1, beyond=a_task())):
        page = await tasks.page(an_owner(), listing)

        assert (list(page.tasks), page.more, page.position) == ([], False, 0)


async def test_the_newest_task_comes_first_in_whatever_order_they_were_added(
    tasks: Tasks,
) -> None:
    owner = an_owner()
    oldest, middle, newest = (a_task(owner) for _ in range(3))
    for task in (middle, newest, oldest):
        await tasks.add(task, by=owner)

    page = await tasks.page(owner, newest_first(10))

    assert list(page.tasks) == [newest, middle, oldest]


async def test_a_microsecond_decides(tasks: Tasks) -> None:
    owner, at = an_owner(), later().replace(microsecond=999)
    earlier = a_task(owner, at=at)
    just_after = a_task(owner, at=at.replace(microsecond=1000))
    for task in (just_after, earlier):
        await tasks.add(task, by=owner)

    page = await tasks.page(owner, newest_first(10))

    assert list(page.tasks) == [just_after, earlier]


@pytest.mark.parametrize(
    ("limit", "sizes"),
    [(1, [1] * 6), (2, [2, 2, 2]), (4, [4, 2]), (5, [5, 1]), (6, [6]), (7, [6]), (500, [6])],
)
async def test_pages_hold_as_many_as_asked_for_and_know_whether_more_follow(
    tasks: Tasks, limit: int, sizes: list[int]
) -> None:
    owner = an_owner()
    everything = await added(tasks, owner, 6)

    found = [page async for page in pages(tasks, owner, limit)]

    assert [len(page.tasks) for page in found] == sizes
    assert [task for page in found for task in page.tasks] == everything[::-1]


async def test_edits_do_not_move_a_task_and_deletes_take_it_out(tasks: Tasks) -> None:
    owner = an_owner()
    oldest, middle, newest = await added(tasks, owner, 3)

    edited = await tasks.update(owner, oldest.id, edit(title="new"), by=owner)
    await tasks.update(owner, middle.id, trash, by=owner)

    page = await tasks.page(owner, newest_first(2))
    assert (list(page.tasks), page.more) == ([newest, edited], False)


async def test_the_position_counts_every_write_so_far(tasks: Tasks) -> None:
    owner = an_owner()
    task, _ = await added(tasks, owner, 2)
    await tasks.update(owner, task.id, toggle, by=owner)
    await tasks.update(owner, task.id, trash, by=owner)

    whole = await tasks.page(owner, newest_first(10))
    beyond = await tasks.page(owner, newest_first(10, beyond=task))

    assert (whole.position, beyond.position) == (4, 4)
    assert list(beyond.tasks) == []


async def test_a_page_goes_on_from_an_id_that_is_no_longer_there(tasks: Tasks) -> None:
    owner = an_owner()
    oldest, middle, _ = await added(tasks, owner, 3)
    await tasks.update(owner, middle.id, trash, by=owner)

    page = await tasks.page(owner, newest_first(10, beyond=middle))

    assert list(page.tasks) == [oldest]


@given(st.data())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_C07_following_pages_while_tasks_come_and_go_neither_skips_nor_repeats(
    tasks: Tasks, data: st.DataObject
) -> None:
    owner = an_owner()
    before = await added(tasks, owner, 8)
    gone: set[Task] = set()
    met: list[str] = []

    async for page in pages(tasks, owner, data.draw(st.integers(1, 4), label="limit")):
        met += [str(task.id) for task in page.tasks]
        for _ in range(data.draw(st.integers(0, 3), label="writes")):
            task = data.draw(st.sampled_from(before), label="task")
            match data.draw(st.sampled_from(["add", "edit", "delete"])):
                case "add":
                    await added(tasks, owner, 1)
                case "edit" if task not in gone:
                    await tasks.update(owner, task.id, toggle, by=owner)
                case "delete" if task not in gone:
                    await tasks.update(owner, task.id, trash, by=owner)
                    gone.add(task)

    stayed = [str(task.id) for task in before if task not in gone]
    assert len(met) == len(set(met))
    assert [id for id in reversed(met) if id in stayed] == stayed
