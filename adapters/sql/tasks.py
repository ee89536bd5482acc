"""`Tasks` on SQL: what every database does alike."""

import json
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import ClassVar
from uuid import UUID

from adapters.sql.database import Database, Statement, compiled
from adapters.sql.listing import page_statement
from adapters.sql.race import Race
from adapters.sql.rows import Step, Write, steps_of, task_of
from adapters.sql.shapes import Idioms, Shape, page_params
from adapters.sql.statements import days_due, get_task, some_tasks
from adapters.sql.values import day_of
from application.ports import Page, Receipt, Tasks, Written, nobody
from domain.calendar import Calendar
from domain.change import Change
from domain.errors import TaskNotFound, VersionMismatch
from domain.instant import format_instant
from domain.listing import Listing, SortKey
from domain.owner import Owner
from domain.task import Task

_SHAPES = 256  # statements of lists kept compiled; the usual ones are few


class SqlTasks(Tasks):
    """Reads are single statements; each database brings its own atomic `_apply`."""

    idioms: ClassVar[Idioms]

    def __init__(self, database: Database, written: Written = nobody) -> None:
        self._reads = database
        self._written = written
        self._get = compiled(get_task(), database.dialect)
        self._get_any = compiled(get_task(trashed=True), database.dialect)
        self._some = compiled(some_tasks(self.idioms.ids), database.dialect)
        self._some_any = compiled(some_tasks(self.idioms.ids, trashed=True), database.dialect)
        self._days = compiled(days_due(), database.dialect)
        self._statement = lru_cache(_SHAPES)(self._compile)

    async def get(self, owner: Owner, id: UUID) -> Task:
        task, _ = await self._read(owner, id)
        return task

    async def page(self, owner: Owner, listing: Listing) -> Page:
        shape = Shape.of(listing)
        params = {"owner": owner.key, **page_params(listing)}
        if shape.needs_midnights:
            params["midnights"] = await self._midnights(owner, listing.calendar)
        rows = await self._reads.fetch(self._statement(shape), params, scan=shape.is_scan)
        position, total = rows[0][0], rows[0][1] if shape.count else None
        first = 2 if shape.count else 1
        tasks = [task_of(owner, row[first:])[0] for row in rows if row[first] is not None]
        if shape.index is SortKey.DUE_DATE:
            tasks = listing.sort(tasks)
        return Page(tasks[: listing.limit], len(tasks) > listing.limit, position, total)

    async def add(
        self, task: Task, *, by: Owner, most: int | None = None, receipt: Receipt | None = None
    ) -> None:
        write = Write(task.owner, [Step(Change(None, task, by))], receipt, most)
        race = Race()
        while not await self._store(write):
            await race.again()

    async def update(
        self,
        owner: Owner,
        id: UUID,
        change: Callable[[Task], Task],
        *,
        by: Owner,
        versions: frozenset[int] | None = None,
        receipt: Callable[[Task], Receipt] | None = None,
        most: int | None = None,
        trashed: bool = False,
        reverts: bool = False,
    ) -> Task:
        race = Race()
        while True:
            before, position = await self._read(owner, id, trashed=trashed)
            if versions is not None and before.version not in versions:
                raise VersionMismatch
            after = change(before)
            changed = Change(before, after, by, reverts)
            steps = [Step(changed, position)] if after != before else []
            kept = receipt(after) if receipt else None
            if not (steps or kept) or await self._store(Write(owner, steps, kept, most)):
                return after
            await race.again()

    async def apply(
        self,
        owner: Owner,
        ids: Collection[UUID],
        plan: Callable[[Mapping[UUID, Task]], Sequence[Change]],
        *,
        most: int | None = None,
        receipt: Callable[[Sequence[Change]], Receipt] | None = None,
        trashed: bool = False,
    ) -> Sequence[Change]:
        race = Race()
        while True:
            found = await self._find(owner, ids, trashed=trashed)
            changes = plan({id: task for id, (task, _) in found.items()})
            positions = {id: position for id, (_, position) in found.items()}
            steps = steps_of(changes, positions)
            kept = receipt(changes) if receipt else None
            if not (steps or kept) or await self._store(Write(owner, steps, kept, most)):
                return changes
            await race.again()

    async def some(
        self, owner: Owner, ids: Collection[UUID], *, trashed: bool = False
    ) -> Mapping[UUID, Task]:
        found = await self._find(owner, ids, trashed=trashed)
        return {id: task for id, (task, _) in found.items()}

    async def _find(
        self, owner: Owner, ids: Collection[UUID], *, trashed: bool
    ) -> Mapping[UUID, tuple[Task, int]]:
        params = {"owner": owner.key, "ids": json.dumps([str(id) for id in ids])}
        statement = self._some_any if trashed else self._some
        found = [task_of(owner, row) for row in await self._reads.fetch(statement, params)]
        return {task.id: (task, position) for task, position in found}

    async def _midnights(self, owner: Owner, calendar: Calendar) -> str:
        """When the days begin on which the owner's tasks are due; no database's zones are ours."""
        rows = await self._reads.fetch(self._days, {"owner": owner.key}, scan=True)
        days = [day_of(day) for (day,) in rows]
        return json.dumps({str(day): format_instant(calendar.midnight(day)) for day in days})

    def _compile(self, shape: Shape) -> Statement:
        return compiled(page_statement(shape, self.idioms), self._reads.dialect)

    async def _read(self, owner: Owner, id: UUID, *, trashed: bool = False) -> tuple[Task, int]:
        statement = self._get_any if trashed else self._get
        rows = await self._reads.fetch(statement, {"owner": owner.key, "id": str(id)})
        if not rows:
            raise TaskNotFound
        return task_of(owner, rows[0])

    async def _store(self, write: Write) -> bool:
        stored = await self._apply(write)
        if stored and write.steps:
            self._written(write.owner)
        return stored

    @abstractmethod
    async def _apply(self, write: Write) -> bool:
        """Store, for each step, the task's row, the owner's next position and the entry, and the
        receipt: all of it atomically.

        Returns whether it was stored: if not, another writer came between, nothing was written, and
        it may be tried again. Raises `KeyTaken` and `TooManyTasks`.
        """
