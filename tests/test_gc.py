"""`taskhaven gc`: what is due goes now, and nothing else."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from application.ports import Receipt
from domain.owner import Owner
from domain.tally import Tally
from entrypoints.chores import CHORES
from tests.builders import HASH, a_session, a_task, an_account, an_owner
from tests.command_line import GOOD, run
from tests.storages import Opened, migrate, opened
from tests.test_start_database import execute

OLD = datetime(2020, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

DONE = """\
receipts: 1 receipt forgotten
sessions: 1 session forgotten
tallies: 2 tallies forgotten
erasures: 1 account erased for good
trash: 1 task erased
journals: 2 entries dropped
"""
NOTHING = """\
receipts: 0 receipts forgotten
sessions: 0 sessions forgotten
tallies: 0 tallies forgotten
erasures: 0 accounts erased for good
trash: 0 tasks erased
journals: 0 entries dropped
"""


async def furnish(url: str) -> Owner:
    """Of everything that chores are about, what is due and what is not; returns whose tasks."""
    owner, now = an_owner(), datetime.now(UTC)
    async with opened(url) as storage:
        for at in (OLD, now):
            await tasks(storage, owner, at)
            await account(storage, at)
        tallies = storage.container.tallies()
        for at in (OLD, OLD, now):
            tally = Tally(f"key of {an_owner()}", 1, at)
            await tallies.update(tally.key, lambda _, tally=tally: tally)
    return owner


async def tasks(storage: Opened, owner: Owner, at: datetime) -> None:
    """A task with a receipt and one in the trash, all of that instant."""
    receipt = Receipt(f"key of {at}", "digest", "answer", at, at + DAY)
    there, gone = a_task(owner, at=at), a_task(owner, at=at)
    await storage.tasks.add(there, by=owner, receipt=receipt)
    await storage.tasks.add(gone, by=owner)
    await storage.tasks.update(owner, gone.id, lambda task: task.trash(at=at), by=owner)


async def account(storage: Opened, at: datetime) -> None:
    """An account that has a session, and one that was erased and still has a task."""
    accounts, sessions = storage.container.accounts(), storage.container.sessions()
    member, erased = an_account(at=at), an_account(at=at)
    session, _ = a_session(member.id, at=at)
    await accounts.add(member)
    await sessions.add(session, proved=HASH)
    await accounts.add(erased)
    await accounts.erase(erased.owner, at=at)
    await storage.tasks.add(a_task(erased.owner), by=erased.owner)


async def left(url: str, owner: Owner) -> tuple[int, int, int]:
    """How many tasks and entries the owner has, and how many tasks are in the trash."""
    async with opened(url) as storage:
        there = [t async for batch in storage.container.export_tasks()(owner) for t in batch]
        trash, _ = await storage.trash.page(owner, after=None, limit=9)
        return len(there), len(await storage.journal.entries(owner, after=0, limit=99)), len(trash)


def test_all_that_is_due_goes_and_the_rest_stays(tmp_path: Path, empty_url: str) -> None:
    owner = asyncio.run(furnish(migrate(empty_url)))

    first, second = (run("gc", folder=tmp_path, DATABASE_URL=empty_url, **GOOD) for _ in "12")

    assert (first.returncode, first.stderr, first.stdout) == (0, "", DONE)
    assert (second.returncode, second.stderr, second.stdout) == (0, "", NOTHING)
    assert asyncio.run(left(empty_url, owner)) == (2, 3, 1)


def test_what_is_named_is_done_alone_as_the_settings_have_it(
    tmp_path: Path, empty_url: str
) -> None:
    owner = asyncio.run(furnish(migrate(empty_url)))

    done = run(
        *("gc", "--only", "journals", "--only", "trash"),
        folder=tmp_path,
        **{**GOOD, "DATABASE_URL": empty_url, "TRASH_DAYS": "0", "JOURNAL_DAYS": "3650"},
    )

    assert done.stdout == "trash: 2 tasks erased\njournals: 0 entries dropped\n"
    assert asyncio.run(left(empty_url, owner)) == (2, 4, 0)


def test_storage_that_fails_meanwhile_ends_it(tmp_path: Path, empty_url: str) -> None:
    execute(migrate(empty_url), "DROP TABLE tallies")

    ended = run("gc", folder=tmp_path, DATABASE_URL=empty_url, **GOOD)

    assert ended.returncode == 1
    assert ended.stdout == "".join(NOTHING.splitlines(keepends=True)[:2])
    assert ended.stderr.startswith("Error: the database cannot be used now: ")


@pytest.mark.parametrize(
    ("arguments", "settings", "code", "message"),
    [
        (("--only", "attic"), {}, 2, f"is not one of {', '.join(map(repr, CHORES))}."),
        ((), {"DATABASE_URL": "memory:"}, 2, "Error: memory: holds nothing"),
        ((), {}, 1, "try taskhaven migrate"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path, arguments: tuple[str, ...], settings: dict[str, str], code: int, message: str
) -> None:
    refused = run("gc", *arguments, folder=tmp_path, **{**GOOD, **settings})

    assert (refused.returncode, refused.stdout) == (code, "")
    assert message in refused.stderr
