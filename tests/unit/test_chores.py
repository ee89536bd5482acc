"""Chores: done at once and again, and never the end of the service."""

import asyncio
from datetime import timedelta

import pytest

from adapters.memory.database import MemoryDatabase
from adapters.memory.receipts import MemoryReceipts
from adapters.memory.tasks import MemoryTasks
from application.errors import Unavailable
from application.once import KEPT, ForgetReceipts
from application.ports import Receipt
from entrypoints.http import chores
from tests.builders import DAWN, a_task


async def test_a_chore_is_done_again_and_again_until_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chores, "_EVERY", 0.0)
    done: list[int] = []
    enough = asyncio.Event()

    async def chore() -> None:
        done.append(len(done))
        if len(done) == 3:
            enough.set()
        if len(done) < 3:
            raise Unavailable("away for a while")

    async with chores.doing([chore]):
        await enough.wait()

    count = len(done)
    await asyncio.sleep(0.01)
    assert len(done) == count >= 3


async def test_receipts_that_expired_are_forgotten() -> None:
    database = MemoryDatabase()
    tasks, receipts = MemoryTasks(database), MemoryReceipts(database)
    for n in range(1500):
        task = a_task()
        receipt = Receipt(str(n), "digest", "answer", DAWN, DAWN + KEPT)
        await tasks.add(task, by=task.owner, receipt=receipt)

    await ForgetReceipts(receipts, lambda: DAWN + KEPT - timedelta(microseconds=1))()
    assert await receipts.sweep(at=DAWN + KEPT, limit=1) == 1
    await ForgetReceipts(receipts, lambda: DAWN + KEPT)()

    assert await receipts.sweep(at=DAWN + KEPT, limit=10) == 0
