"""`Tallies` on SQL, the same on every database."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from adapters.sql.database import Database, compiled, insert_new
from adapters.sql.race import Race
from adapters.sql.statements import some
from adapters.sql.tables import tallies
from adapters.sql.values import instant_of
from application.identity import Tallies
from domain.instant import format_instant
from domain.tally import Tally


class SqlTallies(Tallies):
    """One row a key."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = database.dialect
        this_one = tallies.c.key == bindparam("whose")
        old = some(select(tallies.c.key).where(tallies.c.last_at < bindparam("before")))
        self._find = compiled(select(*tallies.c).where(this_one), dialect)
        self._insert = insert_new(tallies, dialect)
        self._update = compiled(
            update(tallies)
            .where(this_one, tallies.c.version == bindparam("before"))
            .values({c.name: bindparam(c.name) for c in tallies.c if not c.primary_key}),
            dialect,
        )
        self._forget = compiled(delete(tallies).where(this_one), dialect)
        self._sweep = compiled(delete(tallies).where(tallies.c.key.in_(old)), dialect)

    async def update(self, key: str, change: Callable[[Tally | None], Tally]) -> Tally:
        race = Race()
        while True:
            before = await self._read(key)
            after = change(before)
            row = _row_of(after)
            if before is None:
                stored = await self._database.execute(self._insert, row)
            else:
                this = {"whose": key, "before": before.version}
                stored = await self._database.execute(self._update, row | this)
            if stored:
                return after
            await race.again()

    async def forget(self, key: str) -> None:
        await self._database.execute(self._forget, {"whose": key})

    async def sweep(self, *, before: datetime, limit: int) -> int:
        params = {"before": format_instant(before), "limit": limit}
        return await self._database.execute(self._sweep, params)

    async def _read(self, key: str) -> Tally | None:
        rows = await self._database.fetch(self._find, {"whose": key})
        if not rows:
            return None
        key, count, last_at, version = rows[0]
        return Tally(key, count, instant_of(last_at), version)


def _row_of(tally: Tally) -> dict[str, Any]:
    return {
        "key": tally.key,
        "count": tally.count,
        "last_at": format_instant(tally.last_at),
        "version": tally.version,
    }
