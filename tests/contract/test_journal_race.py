"""The journal while many write and one reads: no gap, no late number, no entry too many."""

import asyncio
import random
from collections import defaultdict
from itertools import pairwise

import pytest

from application.ports import Journal, Tasks
from domain.change import Entry
from domain.owner import Owner
from domain.task import Task
from tests.builders import a_task, an_owner, edit, toggle

WRITERS, WRITES = 20, 6


async def keep_writing(tasks: Tasks, shared: list[Task], seed: int) -> int:
    """Add tasks and change shared ones, some of it in vain; tells how many writes counted."""
    rng = random.Random(seed)
    accepted = 0
    for _ in range(WRITES):
        task = rng.choice(shared)
        match rng.randrange(4):
            case 0:
                await tasks.add(a_task(task.owner), by=task.owner)
                accepted += 1
            case 1:
                await tasks.update(task.owner, task.id, toggle, by=task.owner)
                accepted += 1
            case 2:
                await tasks.update(
                    task.owner, task.id, edit(title=f"{seed} {rng.random()}"), by=task.owner
                )
                accepted += 1
            case _:
                await tasks.update(task.owner, task.id, edit(), by=task.owner)
    return accepted


async def keep_reading(journal: Journal, owner: Owner, done: asyncio.Event) -> list[Entry]:
    """Follow the journal, a few entries at a time, until there is nothing left to come."""
    seen: list[Entry] = []
    while True:
        over = done.is_set()
        position = await journal.position(owner)
        new = await journal.entries(owner, after=len(seen), limit=7)
        seen += new
        assert [entry.position for entry in seen] == list(range(1, len(seen) + 1))
        assert len(seen) >= min(position, len(seen) - len(new) + 7)
        if over and not new:
            return seen
        await asyncio.sleep(0)


@pytest.mark.parametrize("owners", [1, 3])
async def test_a_reader_that_follows_sees_every_write_once_and_in_order(
    tasks: Tasks, journal: Journal, owners: int
) -> None:
    shared = [a_task(owner) for owner in [an_owner() for _ in range(owners)] for _ in range(3)]
    for task in shared:
        await tasks.add(task, by=task.owner)
    done = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        readers = [
            group.create_task(keep_reading(journal, owner, done))
            for owner in {task.owner for task in shared}
        ]
        writers = [group.create_task(keep_writing(tasks, shared, seed)) for seed in range(WRITERS)]
        await asyncio.wait(writers)
        done.set()

    seen = [reader.result() for reader in readers]
    assert sum(map(len, seen)) == len(shared) + sum(writer.result() for writer in writers)
    for entries in seen:
        assert_chained(entries)


def assert_chained(entries: list[Entry]) -> None:
    """Each task's entries follow from each other: versions, previous ones and instants."""
    chains = defaultdict(list)
    for entry in entries:
        chains[entry.task_id].append(entry)
    for chain in chains.values():
        positions = [entry.position for entry in chain]
        assert [entry.version for entry in chain] == list(range(1, len(chain) + 1))
        assert [entry.previous for entry in chain] == [None, *positions[:-1]]
        assert all(a.at < b.at for a, b in pairwise(chain))
