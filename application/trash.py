"""Deleting, and thinking better of it.

Each use case is a sentence, as in `tasks.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from application.once import Once, Versions, done_once, receipt_of
from application.ports import Clock, Receipts, Tasks, Trash
from domain.owner import Actor, Owner
from domain.task import Task

_EMPTIED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class DeleteTask:
    """Put a task into the trash, where the other commands no longer find it.

    If `permanent`, or where the trash keeps nothing, it is erased with its history: also one that
    is in the trash already.
    """

    tasks: Tasks
    trash: Trash
    now: Clock
    keeps: bool = True

    async def __call__(
        self,
        actor: Actor,
        owner: Owner,
        id: UUID,
        *,
        versions: Versions = None,
        permanent: bool = False,
    ) -> None:
        actor.must_act_for(owner)
        at = self.now()
        await self.tasks.update(
            owner,
            id,
            lambda task: task.trash(at=at),
            by=actor.owner,
            versions=versions,
            trashed=permanent,
        )
        if permanent or not self.keeps:
            await self.trash.erase(owner, id)


@dataclass(frozen=True, slots=True)
class ListTrash:
    """Show a page of the trash, newest deletion first, and whether more follows."""

    trash: Trash

    async def __call__(
        self, actor: Actor, owner: Owner, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> tuple[Sequence[Task], bool]:
        actor.must_act_for(owner)
        return await self.trash.page(owner, after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class RestoreTask:
    """Take a task out of the trash; one that is not there stays as it is.

    Raises `TooManyTasks` if the owner has `most` already.
    """

    tasks: Tasks
    receipts: Receipts
    now: Clock
    most: int | None = None

    async def __call__(
        self,
        actor: Actor,
        owner: Owner,
        id: UUID,
        *,
        versions: Versions = None,
        once: Once[Task] | None = None,
    ) -> Task:
        actor.must_act_for(owner)
        at = self.now()
        async with done_once(once, self.receipts, owner, at):
            return await self.tasks.update(
                owner,
                id,
                lambda task: task.restore(at=at),
                by=actor.owner,
                versions=versions,
                receipt=receipt_of(once, at),
                most=self.most,
                trashed=True,
            )


@dataclass(frozen=True, slots=True)
class EmptyTrash:
    """Erase what has been in the trash for longer than it `keeps`, bit by bit; returns how many."""

    trash: Trash
    now: Clock
    keeps: timedelta

    async def __call__(self) -> int:
        before, erased = self.now() - self.keeps, 0
        while old := await self.trash.old(before=before, limit=_EMPTIED_AT_ONCE):
            for owner, id in old:
                erased += await self.trash.erase(owner, id)
        return erased
