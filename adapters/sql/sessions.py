"""`Sessions` on SQL, the same on every database."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Select,
    Update,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
    update,
)

from adapters.sql.database import Database, compiled
from adapters.sql.race import Race
from adapters.sql.statements import some
from adapters.sql.tables import accounts, sessions
from adapters.sql.values import id_of, instant_of
from application.errors import CorruptRecord
from application.identity import Sessions
from domain.errors import NoAccount, SessionNotFound, TaskhavenError
from domain.instant import format_instant
from domain.owner import Owner
from domain.session import MOST_SESSIONS, Session

_COLUMNS = tuple(sessions.c)
_TURNED = ("digest", "turn", "refreshed_at", "expires_at")


class SqlSessions(Sessions):
    """A session that has ended has no row."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = database.dialect
        self._insert = compiled(_insert_for_account(), dialect)
        self._surplus = compiled(_surplus(), dialect)
        self._find = compiled(select(*_COLUMNS).where(*_this_one()), dialect)
        self._of = compiled(_of_owner(), dialect)
        self._turn = compiled(_turn(), dialect)
        self._end_turn = compiled(delete(sessions).where(*_this_turn()), dialect)
        self._end = compiled(delete(sessions).where(*_this_one()), dialect)
        self._sweep = compiled(_sweep(), dialect)

    async def add(self, session: Session, *, proved: str) -> None:
        row = session_row_of(session) | {"proved": proved}
        surplus = {"owner": session.owner.key, "most": MOST_SESSIONS}
        if not await self._database.execute_all((self._insert, row), (self._surplus, surplus)):
            raise NoAccount

    async def find(self, owner: Owner, id: UUID) -> Session | None:
        rows = await self._database.fetch(self._find, {"owner": owner.key, "id": str(id)})
        return _session_of(rows[0]) if rows else None

    async def of(self, owner: Owner) -> Sequence[Session]:
        rows = await self._database.fetch(self._of, {"owner": owner.key})
        return [_session_of(row) for row in rows]

    async def update(
        self, owner: Owner, id: UUID, change: Callable[[Session], Session | None]
    ) -> Session | None:
        race = Race()
        while True:
            before = await self.find(owner, id)
            if before is None:
                raise SessionNotFound
            after = change(before)
            if after == before or await self._store(before, after):
                return after
            await race.again()

    async def end(self, owner: Owner, id: UUID) -> bool:
        ended = await self._database.execute(self._end, {"owner": owner.key, "id": str(id)})
        return ended > 0

    async def sweep(self, *, at: datetime, limit: int) -> int:
        params = {"at": format_instant(at), "limit": limit}
        return await self._database.execute(self._sweep, params)

    async def _store(self, before: Session, after: Session | None) -> bool:
        """Whether it was stored: if not, another writer came between."""
        this = {"owner": before.owner.key, "id": str(before.id), "before": before.turn}
        if after is None:
            return await self._database.execute(self._end_turn, this) > 0
        row = session_row_of(after)
        turned = {name: row[name] for name in _TURNED}
        return await self._database.execute(self._turn, this | turned) > 0


def session_row_of(session: Session) -> dict[str, Any]:
    """The session's row."""
    return {
        "owner_id": session.owner.key,
        "id": str(session.id),
        "salt": session.salt,
        "digest": session.digest,
        "turn": session.turn,
        "agent": session.agent,
        "created_at": format_instant(session.created_at),
        "refreshed_at": format_instant(session.refreshed_at),
        "expires_at": format_instant(session.expires_at),
        "ends_at": format_instant(session.ends_at),
    }


def _session_of(row: Sequence[Any]) -> Session:
    """The session, from the values of `_COLUMNS`. Raises `CorruptRecord`."""
    key, id, salt, digest, turn, agent, created_at, refreshed_at, expires_at, ends_at = row
    try:
        return Session(
            account=UUID(Owner.from_key(key).subject),
            id=id_of(id),
            salt=salt,
            digest=digest,
            turn=turn,
            agent=agent,
            created_at=instant_of(created_at),
            refreshed_at=instant_of(refreshed_at),
            expires_at=instant_of(expires_at),
            ends_at=instant_of(ends_at),
        )
    except (ValueError, TypeError, AttributeError, TaskhavenError) as error:
        raise CorruptRecord("a session's row cannot be read") from error


def _this_one() -> list[ColumnElement[bool]]:
    return [sessions.c.owner_id == bindparam("owner"), sessions.c.id == bindparam("id")]


def _this_turn() -> list[ColumnElement[bool]]:
    return [*_this_one(), sessions.c.turn == bindparam("before")]


def _insert_for_account() -> Insert:
    """Inserts a session of an account that may have one, and has the password that was `proved`.

    The account's row is locked, so that one being disabled, erased or given another password at
    that moment either refuses the session or ends it.
    """
    values = [bindparam(c.name, type_=c.type) for c in _COLUMNS]
    of_account = (
        select(*values)
        .where(
            accounts.c.owner_id == bindparam("owner_id"),
            accounts.c.password_hash == bindparam("proved"),
            accounts.c.disabled_at.is_(None),
            accounts.c.erased_at.is_(None),
        )
        .with_for_update(read=True)
    )
    return insert(sessions).from_select([c.name for c in _COLUMNS], of_account)


def _of_owner() -> Select[tuple[object, ...]]:
    return (
        select(*_COLUMNS)
        .where(sessions.c.owner_id == bindparam("owner"))
        .order_by(sessions.c.id.desc())
    )


def _surplus() -> Delete:
    """Deletes the owner's sessions but for the newest `most`."""
    mine = sessions.c.owner_id == bindparam("owner")
    newest = select(sessions.c.id).where(mine).order_by(sessions.c.id.desc())
    return delete(sessions).where(mine, sessions.c.id.not_in(newest.limit(bindparam("most"))))


def _turn() -> Update:
    values: dict[str, Any] = {name: bindparam(name) for name in _TURNED}
    return update(sessions).where(*_this_turn()).values(values)


def _sweep() -> Delete:
    over = select(sessions.c.owner_id, sessions.c.id).where(
        sessions.c.expires_at <= bindparam("at")
    )
    return delete(sessions).where(tuple_(sessions.c.owner_id, sessions.c.id).in_(some(over)))
