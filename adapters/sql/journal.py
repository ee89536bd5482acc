"""`Journal` on SQL, the same on every database."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from uuid import UUID

from adapters.sql.database import Database, compiled
from adapters.sql.journal_statements import (
    changes_after,
    drop_entries,
    first_entries,
    move_horizon,
    older_entries,
    oldest_entries,
    positions_of_some,
)
from adapters.sql.rows import TASK_COLUMNS, entry_of, task_of
from adapters.sql.statements import get_task, journal_entries, journal_position
from adapters.sql.values import id_of, instant_of, instant_or_none
from application.ports import Changes, Journal
from domain.change import Entry
from domain.errors import TaskNotFound
from domain.owner import Owner

_POSITION_COLUMN = [column.name for column in TASK_COLUMNS].index("position")


class SqlJournal(Journal):
    """Reads what the writes of `SqlTasks` left."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = database.dialect
        self._position = compiled(journal_position(), dialect)
        self._positions = compiled(positions_of_some(dialect.name), dialect)
        self._entries = compiled(journal_entries(), dialect)
        self._changes = compiled(changes_after(), dialect)
        self._task = compiled(get_task(), dialect)
        self._older = compiled(older_entries(), dialect)
        self._oldest = compiled(oldest_entries(), dialect)
        self._first = compiled(first_entries(), dialect)
        self._horizon = compiled(move_horizon(), dialect)
        self._drop = compiled(drop_entries(), dialect)

    async def position(self, owner: Owner) -> int:
        rows = await self._database.fetch(self._position, {"owner": owner.key})
        return int(rows[0][0]) if rows else 0

    async def positions(self, owners: Collection[Owner]) -> Mapping[Owner, int]:
        params = {"keys": json.dumps([owner.key for owner in owners])}
        rows = await self._database.fetch(self._positions, params)
        return {Owner.from_key(key): position for key, position in rows}

    async def entries(self, owner: Owner, *, after: int, limit: int) -> Sequence[Entry]:
        params = {"owner": owner.key, "after": after, "limit": limit}
        return [entry_of(row) for row in await self._database.fetch(self._entries, params)]

    async def changes(self, owner: Owner, *, after: int, limit: int) -> Changes:
        params = {"owner": owner.key, "after": after, "limit": limit + 1}
        rows = await self._database.fetch(self._changes, params)
        if not rows:
            return Changes([], more=False, position=0, horizon=0)
        position, horizon = rows[0][:2]
        items = [
            (at, task_of(owner, task)[0] if present else id_of(id))
            for _, _, at, id, present, *task in rows
            if at is not None
        ]
        return Changes(items[:limit], len(items) > limit, position, horizon)

    async def history(
        self, owner: Owner, id: UUID, *, before: int | None, limit: int
    ) -> Sequence[Entry]:
        this = {"owner": owner.key, "id": str(id)}
        rows = await self._database.fetch(self._task, this)
        if not rows:
            raise TaskNotFound
        newest = rows[0][_POSITION_COLUMN] if before is None else before
        older = await self._database.fetch(self._older, {**this, "newest": newest, "limit": limit})
        return [entry_of(row) for row in older]

    async def oldest(
        self, *, after: Owner | None, limit: int
    ) -> Sequence[tuple[Owner, datetime | None]]:
        params = {"after": after.key if after else "", "limit": limit}
        rows = await self._database.fetch(self._oldest, params)
        return [(Owner.from_key(key), instant_or_none(at)) for key, at in rows]

    async def trim(self, owner: Owner, *, before: datetime, limit: int) -> int:
        rows = await self._database.fetch(self._first, {"owner": owner.key, "limit": limit})
        dropped = [*takewhile(lambda row: instant_of(row[1]) < before, rows)]
        if dropped:
            params = {"owner": owner.key, "horizon": dropped[-1][0]}
            await self._database.execute_all((self._horizon, params), (self._drop, params))
        return len(dropped)
