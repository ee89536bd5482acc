"""`Trash` on SQL, the same on every database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Delete,
    Select,
    Update,
    bindparam,
    delete,
    literal_column,
    null,
    select,
    tuple_,
    update,
)

from adapters.sql.database import Database, compiled
from adapters.sql.race import Race
from adapters.sql.rows import TASK_COLUMNS, task_of
from adapters.sql.statements import get_task
from adapters.sql.tables import journal, tasks
from adapters.sql.types import ID, INSTANT
from adapters.sql.values import id_of
from application.ports import Trash
from domain.instant import format_instant
from domain.owner import Owner
from domain.task import Task

_OWNER: BindParameter[str] = bindparam("owner")
_LAST = "9999-12-31T23:59:59.999999Z"  # later than any deletion
_HIGHEST = UUID(int=2**128 - 1)


class SqlTrash(Trash):
    """A task in the trash is a row like any other, but for `deleted_at`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = database.dialect
        self._page = compiled(_page(), dialect)
        self._get = compiled(get_task(trashed=True), dialect)
        self._old = compiled(_old(), dialect)
        self._delete = compiled(_delete_task(), dialect)
        self._forget = compiled(_forget_history(), dialect)
        self._empty = compiled(_empty_last_entry(), dialect)

    async def page(
        self, owner: Owner, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> tuple[Sequence[Task], bool]:
        at, id = (format_instant(after[0]), after[1]) if after else (_LAST, _HIGHEST)
        params = {"owner": owner.key, "at": at, "id": str(id), "limit": limit + 1}
        rows = await self._database.fetch(self._page, params)
        found = [task_of(owner, row)[0] for row in rows]
        return found[:limit], len(found) > limit

    async def erase(self, owner: Owner, id: UUID) -> bool:
        race = Race()
        while True:
            rows = await self._database.fetch(self._get, {"owner": owner.key, "id": str(id)})
            task, position = task_of(owner, rows[0]) if rows else (None, 0)
            if task is None or not task.deleted:
                return False
            this = {
                "owner": owner.key,
                "id": str(id),
                "version": task.version,
                "position": position,
            }
            if await self._database.execute_all(
                (self._delete, this), (self._forget, this), (self._empty, this)
            ):
                return True
            await race.again()

    async def old(self, *, before: datetime, limit: int) -> Sequence[tuple[Owner, UUID]]:
        params = {"before": format_instant(before), "limit": limit}
        rows = await self._database.fetch(self._old, params)
        return [(Owner.from_key(key), id_of(id)) for key, id in rows]


def _page() -> Select[Any]:
    place = tuple_(bindparam("at", type_=INSTANT), bindparam("id", type_=ID))
    return (
        select(*TASK_COLUMNS)
        .where(
            tasks.c.owner_id == _OWNER,
            tasks.c.deleted_at.is_not(None),
            tuple_(tasks.c.deleted_at, tasks.c.id) < place,
        )
        .order_by(tasks.c.deleted_at.desc(), tasks.c.id.desc())
        .limit(bindparam("limit"))
    )


def _old() -> Select[Any]:
    return (
        select(tasks.c.owner_id, tasks.c.id)
        .where(tasks.c.deleted_at < bindparam("before"))
        .order_by(tasks.c.deleted_at)
        .limit(bindparam("limit"))
    )


def _delete_task() -> Delete:
    """Deletes the owner's task `id`, if it is in the trash in that `version` still."""
    return delete(tasks).where(
        tasks.c.owner_id == _OWNER,
        tasks.c.id == bindparam("id"),
        tasks.c.version == bindparam("version"),
        tasks.c.deleted_at.is_not(None),
    )


def _forget_history() -> Delete:
    """Deletes the entries of a task before its last one, which is at `position`."""
    mine = journal.c.owner_id == _OWNER
    chain = (
        select(journal.c.previous.label("place"))
        .where(mine, journal.c.position == bindparam("position"))
        .cte("chain", recursive=True)
    )
    chain = chain.union_all(
        select(journal.c.previous).where(mine, journal.c.position == chain.c.place)
    )
    return delete(journal).where(mine, journal.c.position.in_(select(chain.c.place)))


def _empty_last_entry() -> Update:
    """Leaves of an entry that its task was deleted, and when, and nothing else."""
    return (
        update(journal)
        .where(journal.c.owner_id == _OWNER, journal.c.position == bindparam("position"))
        .values(previous=null(), changed=literal_column("'{}'"))
    )
