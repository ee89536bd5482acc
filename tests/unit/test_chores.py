"""Chores: done at once and again, and never the end of the service."""

import asyncio
from datetime import timedelta

import pytest

from adapters.memory.database import MemoryDatabase
from adapters.memory.receipts import MemoryReceipts
from adapters.memory.tasks import MemoryTasks
from adapters.metrics.prometheus import PrometheusMeter
from application.errors import Unavailable
from application.once import KEPT, ForgetReceipts
from application.ports import Receipt
from entrypoints.chores import CHORES, chores_of
from entrypoints.http import chores
from tests.builders import DAWN, a_task
from tests.storages import container


async def test_a_chore_is_done_again_and_again_until_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chores, "_EVERY", 0.0)
    done: list[int] = []
    enough = asyncio.Event()

    async def chore() -> int:
        done.append(len(done))
        if len(done) == 3:
            enough.set()
        if len(done) < 3:
            raise Unavailable("away for a while")
        return 0

    meter = PrometheusMeter()
    async with chores.doing({"it": chore}, meter):
        await enough.wait()

    count = len(done)
    await asyncio.sleep(0.01)
    assert len(done) == count >= 3
    counted = meter.text().decode()
    assert 'taskhaven_chores_total{chore="it",outcome="later"} 2.0' in counted
    assert 'taskhaven_chore_done_timestamp_seconds{chore="it"} 1' in counted


def test_every_chore_has_a_name_and_words_for_what_it_did() -> None:
    named = chores_of(container("memory:"))

    assert [*named] == [*CHORES]
    assert {type(chore).__name__ for chore in named.values()} == {
        *("ForgetReceipts", "ForgetSessions", "ForgetTallies"),
        *("FinishErasures", "EmptyTrash", "TrimJournals"),
    }


async def test_receipts_that_expired_are_forgotten() -> None:
    database = MemoryDatabase()
    tasks, receipts = MemoryTasks(database), MemoryReceipts(database)
    for n in range(1500):
        task = a_task()
        receipt = Receipt(str(n), "digest", "answer", DAWN, DAWN + KEPT)
        await tasks.add(task, by=task.owner, receipt=receipt)

    early = await ForgetReceipts(receipts, lambda: DAWN + KEPT - timedelta(microseconds=1))()
    assert await receipts.sweep(at=DAWN + KEPT, limit=1) == 1
    due = await ForgetReceipts(receipts, lambda: DAWN + KEPT)()

    assert (early, due) == (0, 1499)
    assert await receipts.sweep(at=DAWN + KEPT, limit=10) == 0
