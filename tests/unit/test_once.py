"""A retry that overtakes: it asks for the receipt before the first try is done, and acts after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest

from adapters.memory.database import MemoryDatabase
from adapters.memory.receipts import MemoryReceipts
from adapters.memory.tasks import MemoryTasks
from adapters.memory.trash import MemoryTrash
from application.batch import Outcome, RunBatch
from application.errors import Busy
from application.once import DoneBefore, KeyReused, Once
from application.ports import Receipt, Receipts
from application.tasks import CreateTask, EditTask
from domain.errors import BatchRefused, TaskNotFound, TooManyTasks, VersionMismatch
from domain.owner import Actor, Owner
from domain.task import Task
from tests.builders import DAWN, a_task, an_id, trash


@dataclass
class Overtaken(Receipts):
    """Finds nothing at first, and then what there is, unless even that has expired."""

    there: Receipts
    asked: int = 0
    expired: bool = False

    async def find(self, owner: Owner, key: str, *, at: datetime) -> Receipt | None:
        self.asked += 1
        if self.asked == 1 or self.expired:
            return None
        return await self.there.find(owner, key, at=at)

    async def sweep(self, *, at: datetime, limit: int) -> int:
        return await self.there.sweep(at=at, limit=limit)


def once(digest: str = "d") -> Once[Task]:
    return Once("k", digest, lambda task: f"version {task.version}")


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


def now() -> datetime:
    return DAWN


@pytest.mark.parametrize("after", [lambda task: task, trash])
async def test_C04_the_first_answer_counts_though_the_task_is_no_longer_as_expected(
    database: MemoryDatabase, after: Callable[..., object]
) -> None:
    tasks, receipts = MemoryTasks(database), MemoryReceipts(database)
    task = a_task()
    actor = Actor(task.owner)
    await tasks.add(task, by=task.owner)
    first = EditTask(tasks, receipts, now)
    retry = EditTask(tasks, Overtaken(receipts), now)
    said = {"title": "new"}
    await first(actor, task.owner, task.id, said, versions=frozenset({1}), once=once())
    await tasks.update(task.owner, task.id, after, by=task.owner)  # type: ignore[arg-type]

    with pytest.raises(DoneBefore) as done:
        await retry(actor, task.owner, task.id, said, versions=frozenset({1}), once=once())

    assert done.value.answer == "version 2"


async def test_C04_so_it_does_where_the_key_was_taken_meanwhile(database: MemoryDatabase) -> None:
    tasks, receipts = MemoryTasks(database), MemoryReceipts(database)
    owner = a_task().owner
    actor, said = Actor(owner), {"title": "new"}
    await CreateTask(tasks, receipts, now, an_id)(actor, owner, said, once=once())

    for digest, expired, raised in [
        ("d", False, DoneBefore),
        ("other", False, KeyReused),
        ("d", True, Busy),
    ]:
        retry = CreateTask(tasks, Overtaken(receipts, expired=expired), now, an_id)
        with pytest.raises(raised):
            await retry(actor, owner, said, once=once(digest))


async def test_what_was_never_done_is_refused_as_ever(database: MemoryDatabase) -> None:
    tasks, receipts = MemoryTasks(database), MemoryReceipts(database)
    task = a_task()
    await tasks.add(task, by=task.owner)
    edit = EditTask(tasks, receipts, now)
    actor = Actor(task.owner)

    with pytest.raises(VersionMismatch):
        await edit(actor, task.owner, task.id, {}, versions=frozenset({7}), once=once())
    with pytest.raises(TaskNotFound):
        await edit(actor, task.owner, an_id(), {}, once=once())


async def test_C04_so_it_does_where_a_batch_was_done_meanwhile(database: MemoryDatabase) -> None:
    tasks, trash_, receipts = MemoryTasks(database), MemoryTrash(database), MemoryReceipts(database)
    task = a_task()
    actor = Actor(task.owner)
    await tasks.add(task, by=task.owner)
    said = {"operations": [{"op": "delete", "id": str(task.id)}]}
    once_: Once[Sequence[Outcome]] = Once("k", "d", lambda done: f"{len(done)} done")
    first = RunBatch(tasks, trash_, receipts, now, an_id)
    retry = RunBatch(tasks, trash_, Overtaken(receipts), now, an_id)
    await first(actor, task.owner, said, once=once_)

    with pytest.raises(DoneBefore) as done:
        await retry(actor, task.owner, said, once=once_)

    assert done.value.answer == "1 done"
    with pytest.raises(BatchRefused):
        await retry(actor, task.owner, said)


async def test_C04_so_it_does_where_the_first_try_took_the_last_place(
    database: MemoryDatabase,
) -> None:
    tasks, receipts = MemoryTasks(database), MemoryReceipts(database)
    owner = a_task().owner
    said = {"title": "new"}
    first = CreateTask(tasks, receipts, now, an_id, most=1)
    retry = CreateTask(tasks, Overtaken(receipts), now, an_id, most=1)
    await first(Actor(owner), owner, said, once=once())

    with pytest.raises(DoneBefore):
        await retry(Actor(owner), owner, said, once=once())

    with pytest.raises(TooManyTasks):
        await retry(Actor(owner), owner, said)
