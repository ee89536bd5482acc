"""Receipts: stored with the write or not at all, one for a key, on every adapter."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from application.errors import KeyTaken
from application.ports import Journal, Receipt, Receipts, Tasks
from domain.errors import TaskNotFound, VersionMismatch
from domain.task import Task
from tests.builders import DAWN, a_task, an_id, an_owner, edit, toggle
from tests.storages import Opened

DAY = timedelta(hours=24)


@pytest.fixture
def receipts(storage: Opened) -> Receipts:
    found: Receipts = storage.container.receipts()
    return found


def a_receipt(**given: str) -> Receipt:
    said = {"key": "k", "digest": "d", "answer": '{"status": 201, "body": "Ü ✓"}', **given}
    return Receipt(**said, made_at=DAWN, expires_at=DAWN + DAY)


def kept(receipt: Receipt) -> Callable[[Task], Receipt]:
    return lambda task: replace(receipt, answer=f"version {task.version}")


async def test_a_receipt_comes_back_as_it_was_stored(tasks: Tasks, receipts: Receipts) -> None:
    task, receipt = a_task(), a_receipt(key="~!@#-" * 51)

    await tasks.add(task, by=task.owner, receipt=receipt)

    assert await receipts.find(task.owner, receipt.key, at=DAWN) == receipt


async def test_the_receipt_of_an_update_is_made_from_the_task_it_made(
    tasks: Tasks, receipts: Receipts
) -> None:
    task = a_task()
    await tasks.add(task, by=task.owner)

    await tasks.update(
        task.owner, task.id, edit(title="new"), by=task.owner, receipt=kept(a_receipt())
    )

    found = await receipts.find(task.owner, "k", at=DAWN)
    assert found is not None
    assert found.answer == "version 2"


async def test_a_write_that_changes_nothing_leaves_its_receipt(
    tasks: Tasks, receipts: Receipts, journal: Journal
) -> None:
    task = a_task()
    await tasks.add(task, by=task.owner)

    same = await tasks.update(
        task.owner, task.id, lambda found: found, by=task.owner, receipt=kept(a_receipt())
    )

    assert same == task
    assert await receipts.find(task.owner, "k", at=DAWN) is not None
    assert await journal.position(task.owner) == 1


async def test_a_key_that_is_taken_stops_the_write(
    tasks: Tasks, receipts: Receipts, journal: Journal
) -> None:
    owner = an_owner()
    first, second = a_task(owner), a_task(owner)
    await tasks.add(first, by=owner, receipt=a_receipt(answer="first"))

    with pytest.raises(KeyTaken):
        await tasks.add(second, by=owner, receipt=a_receipt(answer="second"))
    with pytest.raises(KeyTaken):
        await tasks.update(owner, first.id, toggle, by=owner, receipt=kept(a_receipt()))

    with pytest.raises(TaskNotFound):
        await tasks.get(owner, second.id)
    assert await tasks.get(owner, first.id) == first
    assert await journal.position(owner) == 1
    found = await receipts.find(owner, "k", at=DAWN)
    assert found is not None
    assert found.answer == "first"


async def test_I12_keys_belong_to_one_owner(tasks: Tasks, receipts: Receipts) -> None:
    mine, theirs = a_task(), a_task()

    await tasks.add(mine, by=mine.owner, receipt=a_receipt(answer="mine"))
    assert await receipts.find(theirs.owner, "k", at=DAWN) is None
    await tasks.add(theirs, by=theirs.owner, receipt=a_receipt(answer="theirs"))

    found = await receipts.find(mine.owner, "k", at=DAWN)
    assert found is not None
    assert found.answer == "mine"


async def test_C04_a_refused_write_leaves_the_key_free(tasks: Tasks, receipts: Receipts) -> None:
    task = a_task()
    await tasks.add(task, by=task.owner)

    with pytest.raises(VersionMismatch):
        await tasks.update(
            task.owner,
            task.id,
            toggle,
            by=task.owner,
            versions=frozenset({7}),
            receipt=kept(a_receipt()),
        )
    with pytest.raises(TaskNotFound):
        await tasks.update(task.owner, an_id(), toggle, by=task.owner, receipt=kept(a_receipt()))

    assert await receipts.find(task.owner, "k", at=DAWN) is None


async def test_an_expired_receipt_is_gone_and_its_key_is_free(
    tasks: Tasks, receipts: Receipts
) -> None:
    owner = an_owner()
    await tasks.add(a_task(owner), by=owner, receipt=a_receipt(answer="old"))
    last, end = DAWN + DAY - timedelta(microseconds=1), DAWN + DAY

    assert await receipts.find(owner, "k", at=last) is not None
    assert await receipts.find(owner, "k", at=end) is None
    renewed = replace(a_receipt(answer="new"), made_at=end, expires_at=end + DAY)
    await tasks.add(a_task(owner), by=owner, receipt=renewed)

    assert await receipts.find(owner, "k", at=end) == renewed


async def test_a_sweep_takes_what_expired_bit_by_bit_and_nothing_else(
    tasks: Tasks, receipts: Receipts
) -> None:
    one, other = an_owner(), an_owner()
    long_ago = DAWN - 1000 * DAY
    for owner, key in [(one, "a"), (one, "b"), (other, "a")]:
        old = replace(a_receipt(key=key), made_at=long_ago, expires_at=long_ago + DAY)
        await tasks.add(a_task(owner), by=owner, receipt=old)
    await tasks.add(a_task(other), by=other, receipt=a_receipt(key="new"))
    end = long_ago + DAY

    assert await receipts.sweep(at=end - timedelta(microseconds=1), limit=10) == 0
    assert await receipts.sweep(at=end, limit=2) == 2
    assert await receipts.sweep(at=end, limit=2) == 1
    assert await receipts.sweep(at=end, limit=2) == 0

    assert await receipts.find(other, "new", at=DAWN) is not None
    assert await receipts.find(one, "a", at=long_ago) is None


async def test_C04_of_50_at_once_with_one_key_one_is_stored(
    tasks: Tasks, receipts: Receipts, journal: Journal
) -> None:
    owner = an_owner()
    attempts = [a_task(owner) for _ in range(50)]

    done = await asyncio.gather(
        *(tasks.add(task, by=owner, receipt=a_receipt(answer=str(task.id))) for task in attempts),
        return_exceptions=True,
    )

    stored = [task for task, result in zip(attempts, done, strict=True) if result is None]
    assert [type(result) for result in done].count(KeyTaken) == 49
    assert await journal.position(owner) == len(stored) == 1
    found = await receipts.find(owner, "k", at=DAWN)
    assert found is not None
    assert found.answer == str(stored[0].id)
