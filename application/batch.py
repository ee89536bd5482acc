"""Several commands as one: all of them are done, or none (contract §6)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from application.once import Once, done_once
from application.operations import Op, Operation, read_operations
from application.ports import Clock, NewId, Receipts, Tasks, Trash
from domain.change import Change
from domain.errors import (
    BatchRefused,
    TaskhavenError,
    TaskNotFound,
    TooManyTasks,
    VersionMismatch,
)
from domain.listing import Listing
from domain.owner import Actor, Owner
from domain.task import Task

_TICK = timedelta(microseconds=1)  # so that the order of new tasks is that of the operations


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation led to; the task as it is after it."""

    op: Op
    task: Task


@dataclass(frozen=True, slots=True)
class RunBatch:
    """Do up to 100 operations on the owner's tasks in one step, each after the one before.

    Raises `InvalidFields` for operations that are not well-formed, `BatchRefused` for the first
    that cannot be done, and `TooManyTasks`; then nothing was done. With `dry_run` nothing is done
    in any case.
    """

    tasks: Tasks
    trash: Trash
    receipts: Receipts
    now: Clock
    new_id: NewId
    most: int | None = None
    keeps: bool = True

    async def __call__(
        self,
        actor: Actor,
        owner: Owner,
        given: Mapping[str, object],
        *,
        dry_run: bool = False,
        once: Once[Sequence[Outcome]] | None = None,
    ) -> Sequence[Outcome]:
        actor.must_act_for(owner)
        operations = read_operations(given)
        at = self.now()
        moments = [at + place * _TICK for place in range(len(operations))]
        ids = [
            self.new_id(moment) if operation.op is Op.CREATE else operation.id
            for operation, moment in zip(operations, moments, strict=True)
        ]
        plan = _Plan(owner, [*zip(operations, ids, moments, strict=True)], by=actor.owner)
        there = {o.id for o in operations if o.op is not Op.CREATE}
        if dry_run:
            await self._check_room(owner, plan(await self.tasks.some(owner, there)))
            return plan.outcomes
        async with done_once(once, self.receipts, owner, at):
            await self.tasks.apply(
                owner,
                there,
                plan,
                most=self.most,
                receipt=(lambda _: once.receipt(plan.outcomes, at=at)) if once else None,
            )
        for outcome in plan.outcomes:
            if outcome.op is Op.DELETE and not self.keeps:
                await self.trash.erase(owner, outcome.task.id)
        return plan.outcomes

    async def _check_room(self, owner: Owner, changes: Sequence[Change]) -> None:
        """Raise `TooManyTasks` where storing the changes would."""
        gain = sum(change.gain for change in changes)
        if self.most is None or gain <= 0:
            return
        present = (await self.tasks.page(owner, Listing(1, count=True))).total or 0
        if present + gain > self.most:
            raise TooManyTasks


class _Plan:
    """What the operations make of the tasks; the outcomes are those of the last time it ran."""

    def __init__(
        self, owner: Owner, operations: Sequence[tuple[Operation, UUID, datetime]], *, by: Owner
    ) -> None:
        self._owner = owner
        self._operations = operations
        self._by = by
        self.outcomes: Sequence[Outcome] = ()

    def __call__(self, found: Mapping[UUID, Task]) -> Sequence[Change]:
        tasks = dict(found)
        changes, outcomes = [], []
        for place, (operation, id, at) in enumerate(self._operations):
            before = tasks.get(id)
            try:
                after = self._do(operation, id, at, before)
            except TaskhavenError as refused:
                raise BatchRefused(place, refused) from None
            outcomes.append(Outcome(operation.op, after))
            tasks[id] = after
            if after != before:
                changes.append(Change(before, after, self._by))
        self.outcomes = outcomes
        return changes

    def _do(self, operation: Operation, id: UUID, at: datetime, before: Task | None) -> Task:
        if operation.op is Op.CREATE:
            return Task.create(owner=self._owner, id=id, fields=operation.fields, at=at)
        if before is None or before.deleted:
            raise TaskNotFound
        if operation.version not in (None, before.version):
            raise VersionMismatch
        return _verb(operation, at)(before)


def _verb(operation: Operation, at: datetime) -> Callable[[Task], Task]:
    match operation.op:
        case Op.DELETE:
            return lambda task: task.trash(at=at)
        case Op.COMPLETE if operation.completed is None:
            return lambda task: task.toggle(at=at)
        case Op.COMPLETE:
            return lambda task: task.edit({"completed": bool(operation.completed)}, at=at)
        case _:
            return lambda task: task.edit(operation.fields, at=at)
