"""The commands and questions about tasks.

Each is a sentence: its fields are its needs, calling it is saying it. All of them apply the
ownership rule first (`NotOwner`), and commands read their fields (`InvalidFields`) before they
look whether the task exists (`TaskNotFound`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from application.ports import Clock, Journal, Listing, NewId, Page, Tasks
from domain.fields import read_fields
from domain.owner import Actor, Owner
from domain.task import Task

Versions = frozenset[int] | None
"""The versions a caller expects a task in, any of them; `None` expects nothing."""


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Make a new task from plain values, `title` among them."""

    tasks: Tasks
    now: Clock
    new_id: NewId

    async def __call__(self, actor: Actor, owner: Owner, given: Mapping[str, object]) -> Task:
        actor.must_act_for(owner)
        fields = read_fields(given, required=("title",))
        at = self.now()
        task = Task.create(owner=owner, id=self.new_id(at), fields=fields, at=at)
        await self.tasks.add(task, by=actor.owner)
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
    """Show a page of tasks, newest first."""

    tasks: Tasks

    async def __call__(self, actor: Actor, owner: Owner, listing: Listing) -> Page:
        actor.must_act_for(owner)
        return await self.tasks.page(owner, listing)


@dataclass(frozen=True, slots=True)
class EditTask:
    """Change the fields given and keep the others."""

    tasks: Tasks
    now: Clock

    async def __call__(
        self,
        actor: Actor,
        owner: Owner,
        id: UUID,
        given: Mapping[str, object],
        *,
        versions: Versions = None,
    ) -> Task:
        actor.must_act_for(owner)
        fields = read_fields(given)
        at = self.now()
        return await self.tasks.update(
            owner, id, lambda task: task.edit(fields, at=at), by=actor.owner, versions=versions
        )


@dataclass(frozen=True, slots=True)
class CompleteTask:
    """Set whether a task is done, or toggle that where `completed` is none."""

    tasks: Tasks
    now: Clock

    async def __call__(
        self,
        actor: Actor,
        owner: Owner,
        id: UUID,
        completed: bool | None = None,
        *,
        versions: Versions = None,
    ) -> Task:
        actor.must_act_for(owner)
        at = self.now()

        def change(task: Task) -> Task:
            if completed is None:
                return task.toggle(at=at)
            return task.complete(at=at) if completed else task.reopen(at=at)

        return await self.tasks.update(owner, id, change, by=actor.owner, versions=versions)


@dataclass(frozen=True, slots=True)
class DeleteTask:
    """Put a task into the trash, where the other commands no longer find it."""

    tasks: Tasks
    now: Clock

    async def __call__(
        self, actor: Actor, owner: Owner, id: UUID, *, versions: Versions = None
    ) -> None:
        actor.must_act_for(owner)
        at = self.now()
        await self.tasks.update(
            owner, id, lambda task: task.trash(at=at), by=actor.owner, versions=versions
        )


@dataclass(frozen=True, slots=True)
class ReadPosition:
    """Tell how far the owner's journal has come, which tells whether anything changed."""

    journal: Journal

    async def __call__(self, actor: Actor, owner: Owner) -> int:
        actor.must_act_for(owner)
        return await self.journal.position(owner)
