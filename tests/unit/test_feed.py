"""Who follows an owner is woken by their changes, wherever those are made."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import ExitStack, asynccontextmanager

import pytest

from adapters.memory.database import MemoryDatabase
from adapters.memory.journal import MemoryJournal
from adapters.memory.tasks import MemoryTasks
from application import live
from application.errors import Crowded, Unavailable
from application.live import Feed
from application.ports import Notices, Tasks
from domain.owner import Owner
from tests.builders import a_task, an_owner

Heard = Callable[[str | None], None]


class Wire(Notices):
    """Carries words to every process; `heard` are their ears."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.said: list[str] = []

    async def open(self, heard: Heard) -> None:
        self.heard.append(heard)

    async def close(self) -> None:
        self.heard.clear()

    def announce(self, digest: str) -> None:
        self.said.append(digest)


class Journal(MemoryJournal):
    """Counts how often it is asked, and may be away."""

    asked = 0
    away = False

    async def positions(self, owners: Collection[Owner]) -> Mapping[Owner, int]:
        self.asked += 1
        if self.away:
            raise Unavailable("away")
        return await super().positions(owners)


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


@pytest.fixture
def journal(database: MemoryDatabase) -> Journal:
    return Journal(database)


@pytest.fixture(autouse=True)
def in_no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_POLL", 60.0)
    monkeypatch.setattr(live, "_SAFETY", 60.0)


@asynccontextmanager
async def opened(feed: Feed) -> AsyncIterator[Feed]:
    await feed.open()
    try:
        yield feed
    finally:
        await feed.close()


async def test_a_change_by_this_process_wakes_who_follows_its_owner(
    database: MemoryDatabase, journal: Journal
) -> None:
    owner = an_owner()
    async with opened(Feed(journal, None)) as feed:
        tasks = MemoryTasks(database, feed.changed)
        await _wakes(feed, tasks, owner)


async def _wakes(feed: Feed, tasks: Tasks, owner: Owner) -> None:
    with (
        feed.following(owner) as one,
        feed.following(owner) as two,
        feed.following(an_owner()) as other,
        feed.following(Owner(owner.subject, "elsewhere")) as namesake,
    ):
        await tasks.add(a_task(owner), by=owner)

        assert [one.is_set(), two.is_set()] == [True, True]
        assert [other.is_set(), namesake.is_set()] == [False, False]


async def test_a_word_of_another_process_wakes_and_one_that_says_nothing_wakes_all(
    journal: Journal,
) -> None:
    here, there, owner = Wire(), Wire(), an_owner()
    async with opened(Feed(journal, here)) as feed, opened(Feed(journal, there)) as speaker:
        with feed.following(owner) as news, feed.following(an_owner()) as other:
            speaker.changed(owner)
            for word in there.said:
                here.heard[0](word)
            assert (news.is_set(), other.is_set()) == (True, False)

            here.heard[0](None)
            assert other.is_set()

            here.heard[0]("of nobody here")
    assert owner.key not in there.said[0]


async def test_without_words_it_looks_for_what_others_did(
    database: MemoryDatabase, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_POLL", 0.01)
    owner = an_owner()
    async with opened(Feed(journal, None)) as feed:
        with feed.following(owner) as news, feed.following(an_owner()) as other:
            await _looks(journal, 2)
            news.clear()
            other.clear()
            await _looks(journal, 2)
            assert not news.is_set()

            await MemoryTasks(database).add(a_task(owner), by=owner)
            async with asyncio.timeout(5):
                await news.wait()
            assert not other.is_set()


async def test_it_goes_on_looking_after_an_outage(
    database: MemoryDatabase, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_POLL", 0.01)
    owner = an_owner()
    journal.away = True
    async with opened(Feed(journal, None)) as feed:
        with feed.following(owner) as news:
            await _looks(journal, 2)
            journal.away = False
            await MemoryTasks(database).add(a_task(owner), by=owner)
            async with asyncio.timeout(5):
                await news.wait()


async def test_nobody_is_asked_for_whom_nobody_follows(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_POLL", 0.001)
    async with opened(Feed(journal, None)) as feed:
        with feed.following(an_owner()):
            pass
        await asyncio.sleep(0.05)

    assert journal.asked == 0


async def test_as_many_as_allowed_follow_one_owner_and_others_follow_others(
    journal: Journal,
) -> None:
    feed, owner = Feed(journal, None), an_owner()
    with ExitStack() as stack:
        for _ in range(50):
            feed.check_room(owner)
            stack.enter_context(feed.following(owner))
        with pytest.raises(Crowded):
            feed.check_room(owner)
        with pytest.raises(Crowded), feed.following(owner):
            pass
        with feed.following(an_owner()):
            pass

    feed.check_room(owner)


async def test_nothing_is_left_behind(journal: Journal) -> None:
    before = asyncio.all_tasks()
    feed, owner = Feed(journal, Wire()), an_owner()

    async with opened(feed):
        with feed.following(owner), feed.following(owner):
            assert len(feed._followed) == 1

    assert feed._followed == {}
    assert asyncio.all_tasks() == before
    await feed.close()


async def _looks(journal: Journal, count: int) -> None:
    """Return after so many more looks."""
    target = journal.asked + count
    async with asyncio.timeout(5):
        while journal.asked < target:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.002)


async def test_so_many_may_follow_in_all_and_no_more(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.live._MOST", 2)
    feed = Feed(journal, None)

    with feed.following(an_owner()), feed.following(an_owner()), pytest.raises(Crowded):
        feed.check_room(an_owner())

    feed.check_room(an_owner())
