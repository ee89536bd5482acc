"""Ways of reading the journal, and of going back in it.

Each use case is a sentence, as in `tasks.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias
from uuid import UUID

from application.once import Once, Versions, done_once, receipt_of
from application.ports import Changes, Clock, Journal, Receipts, Tasks
from application.sweeping import sweep_all
from domain.change import Entry, content, content_before
from domain.errors import FieldError, HistoryGone, InvalidFields
from domain.fields import read_fields
from domain.listing import Listing, Mark, Order, SortKey, mark_of
from domain.owner import Actor, Owner
from domain.reading import read_members, read_whole
from domain.task import Task

_OLDEST_FIRST = (Order(SortKey.CREATED_AT),)
_READ_AT_ONCE = 500
_OWNERS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Since:
    """How far somebody who follows an owner's changes has come.

    All changes up to `position`; before that, while `mark` is there, all present tasks up to it.
    """

    position: int
    mark: Mark | None = None


Item: TypeAlias = Task | UUID
"""A task as it is now, or the id of one that is gone."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What there was to learn, each with how far one has come by it; and whether there is more."""

    items: Sequence[tuple[Since, Item]]
    next: Since
    more: bool


@dataclass(frozen=True, slots=True)
class FollowChanges:
    """Tell what changed since; to somebody who has nothing yet, every present task.

    Whoever follows, at any pace, ends with exactly what there is: the tasks are told as they are
    now, and whatever changes meanwhile is a later change. Raises `HistoryGone` for changes that are
    no longer kept, or a position that never was: then there is only starting over.
    """

    tasks: Tasks
    journal: Journal

    async def __call__(
        self, actor: Actor, owner: Owner, since: Since | None, *, limit: int
    ) -> Followed:
        actor.must_act_for(owner)
        if since is None or since.mark is not None:
            return await self._present(owner, since, limit)
        changes = await self.journal.changes(owner, after=since.position, limit=limit)
        if not changes.horizon <= since.position <= changes.position:
            raise HistoryGone
        return _followed(changes)

    async def _present(self, owner: Owner, since: Since | None, limit: int) -> Followed:
        mark = since.mark if since else None
        page = await self.tasks.page(owner, Listing(limit, _OLDEST_FIRST, after=mark))
        position = since.position if since else page.position
        items = [(Since(position, mark_of(task, _OLDEST_FIRST)), task) for task in page.tasks]
        if page.more:
            return Followed(items, items[-1][0], more=True)
        return Followed(items, Since(position), more=page.position > position)


def _followed(changes: Changes) -> Followed:
    items = [(Since(position), item) for position, item in changes.items]
    return Followed(items, items[-1][0] if changes.more else Since(changes.position), changes.more)


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """Show what was done to a present task, newest first, from the entry at `before` on."""

    journal: Journal

    async def __call__(
        self, actor: Actor, owner: Owner, id: UUID, *, before: int | None, limit: int
    ) -> Sequence[Entry]:
        actor.must_act_for(owner)
        return await self.journal.history(owner, id, before=before, limit=limit)


@dataclass(frozen=True, slots=True)
class RevertTask:
    """Bring a task back to what it said in `version`, as a new change.

    Raises `InvalidFields` for a version that never was, and `HistoryGone` for one that is no longer
    known.
    """

    tasks: Tasks
    journal: Journal
    receipts: Receipts
    now: Clock

    async def __call__(
        self,
        actor: Actor,
        owner: Owner,
        id: UUID,
        given: Mapping[str, object],
        *,
        versions: Versions = None,
        once: Once[Task] | None = None,
    ) -> Task:
        actor.must_act_for(owner)
        said = read_members(given, {"version": read_whole}, required=("version",))
        at = self.now()
        async with done_once(once, self.receipts, owner, at):
            fields = read_fields(await self._content(owner, id, said["version"]))
            return await self.tasks.update(
                owner,
                id,
                lambda task: task.edit(fields, at=at),
                by=actor.owner,
                versions=versions,
                receipt=receipt_of(once, at),
                reverts=True,
            )

    async def _content(self, owner: Owner, id: UUID, version: int) -> Mapping[str, object]:
        """What the task said in that version: what it says now, led back step by step."""
        task = await self.tasks.get(owner, id)
        if version > task.version:
            raise InvalidFields([FieldError(("version",), "must not be later than the present")])
        now, known, before = content(task), task.version, None
        while known > version:
            entries = await self.journal.history(owner, id, before=before, limit=_READ_AT_ONCE)
            for entry in entries:
                if version < known == entry.version:  # later ones came while we were reading
                    now, known = content_before(now, entry), known - 1
            before = entries[-1].previous if entries else None
            if known > version and before is None:
                raise HistoryGone
        return now


@dataclass(frozen=True, slots=True)
class TrimJournals:
    """Drop the entries that are older than the journal `keeps`, bit by bit, of every owner.

    Returns how many.
    """

    journal: Journal
    now: Clock
    keeps: timedelta

    async def __call__(self) -> int:
        before, after, dropped = self.now() - self.keeps, None, 0
        while owners := await self.journal.oldest(after=after, limit=_OWNERS_AT_ONCE):
            for owner, oldest in owners:
                if oldest is not None and oldest < before:
                    dropped += await self._trim(owner, before)
            after = owners[-1][0]
        return dropped

    async def _trim(self, owner: Owner, before: datetime) -> int:
        trim = partial(self.journal.trim, owner, before=before)
        return await sweep_all(trim, at_once=_READ_AT_ONCE)
