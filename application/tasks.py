"""The commands and questions about tasks.

Each is a sentence: its fields are its needs, calling it is saying it. All of them apply the
ownership rule first (`NotOwner`), and commands read their fields (`InvalidFields`) before they
look whether the task exists (`TaskNotFound`). A command told to be done `once` raises `DoneBefore`
instead of being done again, and `KeyReused` if its key is another command's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from application.once import Once, Versions, done_once, receipt_of
from application.ports import Clock, Journal, NewId, Page, Receipts, Tasks
from domain.fields import read_fields
from domain.listing import Listing
from domain.owner import Actor, Owner
from domain.task import Task


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Make a new task from plain values, `title` among them.

    Raises `TooManyTasks` if the owner has `most` already.
    """

    tasks: Tasks
    receipts: Receipts
    now: Clock
    new_id: NewId
    most: int | None = None

    async def __call__(
        self,
        actor: Actor,
        owner: Owner,
        given: Mapping[str, object],
        *,
        once: Once[Task] | None = None,
    ) -> Task:
        actor.must_act_for(owner)
        fields = read_fields(given, required=("title",))
        at = self.now()
        task = Task.create(owner=owner, id=self.new_id(at), fields=fields, at=at)
        async with done_once(once, self.receipts, owner, at):
            receipt = once.receipt(task, at=at) if once else None
            await self.tasks.add(task, by=actor.owner, most=self.most, receipt=receipt)
        return task


@dataclass(frozen=True, slots=True)
class ReadTask:
    """Show one task."""

    tasks: Tasks

    async def __call__(self, actor: Actor, owner: Owner, id: UUID) -> Task:
        actor.must_act_for(owner)
        return await self.tasks.get(owner, id)


@dataclass(frozen=True, slots=True)
class ListTasks:
    """Show a page of a list."""

    tasks: Tasks

    async def __call__(self, actor: Actor, owner: Owner, listing: Listing) -> Page:
        actor.must_act_for(owner)
        return await self.tasks.page(owner, listing)


@dataclass(frozen=True, slots=True)
class EditTask:
    """Change the fields given and keep the others."""

    tasks: Tasks
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
        fields = read_fields(given)
        at = self.now()
        async with done_once(once, self.receipts, owner, at):
            return await self.tasks.update(
                owner,
                id,
                lambda task: task.edit(fields, at=at),
                by=actor.owner,
                versions=versions,
                receipt=receipt_of(once, at),
            )


@dataclass(frozen=True, slots=True)
class CompleteTask:
    """Set whether a task is done, or toggle that where `completed` is none."""

    tasks: Tasks
    receipts: Receipts
    now: Clock

    async def __call__(
        self,
        actor: Actor,
        owner: Owner,
        id: UUID,
        completed: bool | None = None,
        *,
        versions: Versions = None,
        once: Once[Task] | None = None,
    ) -> Task:
        actor.must_act_for(owner)
        at = self.now()

        def change(task: Task) -> Task:
            if completed is None:
                return task.toggle(at=at)
            return task.complete(at=at) if completed else task.reopen(at=at)

        async with done_once(once, self.receipts, owner, at):
            return await self.tasks.update(
                owner,
                id,
                change,
                by=actor.owner,
                versions=versions,
                receipt=receipt_of(once, at),
            )


@dataclass(frozen=True, slots=True)
class ReadPosition:
    """Tell how far the owner's journal has come, which tells whether anything changed."""

    journal: Journal

    async def __call__(self, actor: Actor, owner: Owner) -> int:
        actor.must_act_for(owner)
        return await self.journal.position(owner)
