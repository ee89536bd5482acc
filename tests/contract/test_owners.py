"""`Owners`: everything of one owner's goes, bit by bit, and nothing of anybody else's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from adapters.sql.tables import metadata
from application.identity import Owners
from application.ports import Journal, Receipt, Receipts, Tasks
from domain.errors import TaskNotFound
from domain.owner import Owner
from domain.task import Task
from tests.builders import DAWN, a_task, an_id, an_owner, newest_first, toggle, trash
from tests.migrations.databases import connected
from tests.storages import Opened, opened

RECEIPT = Receipt("k", "d", "{}", DAWN, DAWN + timedelta(days=1))
OF_ACCOUNTS = {"accounts", "sessions", "tallies"}


@pytest.fixture
def owners(storage: Opened) -> Owners:
    found: Owners = storage.container.owners()
    return found


@pytest.fixture
def receipts(storage: Opened) -> Receipts:
    found: Receipts = storage.container.receipts()
    return found


async def furnished(tasks: Tasks, owner: Owner, count: int = 4) -> list[Task]:
    """Tasks of the owner's, one of them in the trash, each with a receipt."""
    made = [a_task(owner) for _ in range(count)]
    for n, task in enumerate(made):
        await tasks.add(task, by=owner, receipt=replace(RECEIPT, key=f"k{n}"))
    await tasks.update(owner, made[0].id, trash, by=owner)
    await tasks.update(owner, made[1].id, toggle, by=owner)
    return made


async def erase_all(owners: Owners, owner: Owner, limit: int = 1000) -> list[int]:
    """How many pieces went in each bit."""
    bits = []
    while erased := await owners.erase(owner, limit=limit):
        bits.append(erased)
        assert len(bits) < 1000
    return bits


async def test_nothing_is_left_of_an_owner(
    tasks: Tasks, journal: Journal, receipts: Receipts, owners: Owners
) -> None:
    owner = an_owner()
    made = await furnished(tasks, owner)

    assert sum(await erase_all(owners, owner)) > 0

    page = await tasks.page(owner, newest_first(9))
    assert (list(page.tasks), page.position) == ([], 0)
    assert not await journal.entries(owner, after=0, limit=9)
    assert await journal.position(owner) == 0
    for n, task in enumerate(made):
        assert await receipts.find(owner, f"k{n}", at=DAWN) is None
        with pytest.raises(TaskNotFound):
            await tasks.get(owner, task.id)


async def test_I01_whatever_the_others_have_stays(
    tasks: Tasks, journal: Journal, receipts: Receipts, owners: Owners
) -> None:
    subject = str(an_id())
    owner = Owner(subject, "own")
    others = [Owner(subject), Owner(subject, "owned"), Owner(f"{subject}0", "own"), an_owner()]
    kept = {other: await furnished(tasks, other) for other in others}
    await furnished(tasks, owner)

    await erase_all(owners, owner)

    for other, made in kept.items():
        assert await journal.position(other) == 6
        assert len(await journal.entries(other, after=0, limit=9)) == 6
        assert [t.id for t in (await tasks.page(other, newest_first(9))).tasks] == [
            task.id for task in made[:0:-1]
        ]
        assert await receipts.find(other, "k3", at=DAWN) is not None


async def test_an_owner_begins_anew_afterwards(
    tasks: Tasks, journal: Journal, owners: Owners
) -> None:
    owner = an_owner()
    await furnished(tasks, owner)
    await erase_all(owners, owner)

    task = a_task(owner)
    await tasks.add(task, by=owner, most=1, receipt=replace(RECEIPT, key="k0"))

    assert await tasks.get(owner, task.id) == task
    assert await journal.position(owner) == 1


async def test_who_has_nothing_has_nothing_to_erase(owners: Owners) -> None:
    assert await owners.erase(an_owner(), limit=10) == 0


async def test_no_table_keeps_a_row_and_no_bit_is_large(durable_url: str) -> None:
    owner = an_owner()
    async with opened(durable_url) as storage:
        await furnished(storage.tasks, owner, count=10)

        bits = await erase_all(storage.container.owners(), owner, limit=3)

    assert max(bits) <= 3 * 3
    assert sum(bits) == 10 + 10 + 12 + 1
    with connected(durable_url) as connection:
        for table in metadata.tables.keys() - {"alembic_version"}:
            if "owner_id" in metadata.tables[table].c:
                rows = connection.scalar(
                    text(f"SELECT count(*) FROM {table} WHERE owner_id = :key"),
                    {"key": owner.key},
                )
                assert rows == 0, table


def test_every_table_that_says_whose_it_is_is_known_here() -> None:
    owned = {name for name, table in metadata.tables.items() if "owner_id" in table.c}

    assert owned - OF_ACCOUNTS == {"owners", "tasks", "receipts", "journal"}
