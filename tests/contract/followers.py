"""A client that follows an owner's changes, as docs/sync.md tells it to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from application.journal import Followed, Since
from domain.errors import HistoryGone
from domain.task import Task
from entrypoints.http.places import read_since, write_since

Ask = Callable[[Since | None, int], Awaitable[Followed]]
"""What changed since, at most so many tasks."""


@dataclass
class Follower:
    """Its tasks, and how far it has come; `least` is how old each task has to be by now."""

    ask: Ask
    since: str | None = None
    tasks: dict[UUID, Task] = field(default_factory=dict)
    least: dict[UUID, int] = field(default_factory=dict)

    def start_over(self) -> None:
        """Forget the tasks, but not what can only be newer."""
        self.since = None
        self.tasks.clear()

    async def page(self, limit: int) -> bool:
        """Take a page; returns whether there is more. Raises `HistoryGone`."""
        since = read_since(self.since) if self.since else None
        found = await self.ask(since, limit)
        assert len(found.items) <= limit
        assert len({_id(item) for _, item in found.items}) == len(found.items)
        for place, item in found.items:
            self._take(item)
            self.since = write_since(place)
        self.since = write_since(found.next)
        return found.more

    async def catch_up(self, limit: int) -> None:
        """Take pages to the end, from the start if need be."""
        while True:
            try:
                if not await self.page(limit):
                    return
            except HistoryGone:
                self.start_over()

    def _take(self, item: Task | UUID) -> None:
        if isinstance(item, Task):
            assert item.version >= self.least.get(item.id, 1), "a task went back"
            assert not item.deleted
            self.tasks[item.id] = item
            self.least[item.id] = item.version
        elif self.tasks.pop(item, None):
            self.least[item] += 1  # its deletion was a version too


def _id(item: Task | UUID) -> UUID:
    return item.id if isinstance(item, Task) else item
