"""`Accounts` on SQL, the same on every database."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Delete, Select, Update, bindparam, delete, null, select, update

from adapters.sql.database import Database, compiled, insert_new
from adapters.sql.race import Race
from adapters.sql.sessions import session_row_of
from adapters.sql.tables import accounts, sessions
from adapters.sql.values import instant_of, instant_or_none, instant_text
from application.errors import CorruptRecord
from application.identity import Accounts
from domain.account import Account
from domain.credentials import Email
from domain.errors import EmailTaken, NoAccount, TaskhavenError
from domain.instant import format_instant
from domain.owner import OWN, Owner
from domain.session import Session

_COLUMNS = tuple(c for c in accounts.c if c.name not in {"email_key", "erased_at"})
_NOBODY = UUID(int=0)


class SqlAccounts(Accounts):
    """An account's row stays once it is erased, empty but for its id, until it is forgotten."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = database.dialect
        self._insert = insert_new(accounts, dialect)
        self._insert_session = insert_new(sessions, dialect)
        self._get = compiled(_select().where(accounts.c.owner_id == bindparam("owner")), dialect)
        self._find = compiled(_select().where(accounts.c.email_key == bindparam("key")), dialect)
        self._page = compiled(_page(), dialect)
        self._update = compiled(_update(), dialect)
        self._end_sessions = compiled(_end_sessions(), dialect)
        self._erase = compiled(_erase(), dialect)
        self._erased = compiled(_erased(), dialect)
        self._forget = compiled(_forget(), dialect)

    async def add(self, account: Account, session: Session | None = None) -> None:
        new = (self._insert, _row_of(account) | {"erased_at": None})
        begun = [(self._insert_session, session_row_of(session))] if session else []
        if not await self._database.execute_all(new, *begun):
            raise EmailTaken

    async def get(self, owner: Owner) -> Account:
        rows = await self._database.fetch(self._get, {"owner": owner.key})
        if not rows:
            raise NoAccount
        return _account_of(rows[0])

    async def find(self, email: Email) -> Account | None:
        rows = await self._database.fetch(self._find, {"key": email.key})
        return _account_of(rows[0]) if rows else None

    async def page(self, *, after: UUID | None, limit: int) -> Sequence[Account]:
        params = {"after": f"{OWN}/{after or _NOBODY}", "limit": limit}
        return [_account_of(row) for row in await self._database.fetch(self._page, params)]

    async def update(
        self,
        owner: Owner,
        change: Callable[[Account], Account],
        *,
        end_sessions: bool = False,
        but: UUID | None = None,
    ) -> Account:
        ended = {"owner": owner.key, "but": str(but or _NOBODY)}
        others = [(self._end_sessions, ended)] if end_sessions else []
        race = Race()
        while True:
            before = await self.get(owner)
            after = change(before)
            row = _row_of(after) | {"owner": owner.key, "before": before.version}
            if await self._database.execute_all((self._update, row), *others):
                return after
            await race.again()

    async def erase(self, owner: Owner, *, at: datetime) -> None:
        erased = {"owner": owner.key, "at": format_instant(at)}
        ended = {"owner": owner.key, "but": str(_NOBODY)}
        if not await self._database.execute_all((self._erase, erased), (self._end_sessions, ended)):
            raise NoAccount

    async def erased(self, *, before: datetime, limit: int) -> Sequence[Owner]:
        params = {"before": format_instant(before), "limit": limit}
        rows = await self._database.fetch(self._erased, params)
        return [Owner.from_key(key) for (key,) in rows]

    async def forget(self, owner: Owner) -> None:
        await self._database.execute(self._forget, {"owner": owner.key})


def _select() -> Select[tuple[object, ...]]:
    return select(*_COLUMNS).where(accounts.c.erased_at.is_(None))


def _page() -> Select[tuple[object, ...]]:
    return (
        _select()
        .where(accounts.c.owner_id > bindparam("after"))
        .order_by(accounts.c.owner_id)
        .limit(bindparam("limit"))
    )


def _update() -> Update:
    kept = {"owner_id", "created_at", "erased_at"}
    values: dict[str, Any] = {c.name: bindparam(c.name) for c in accounts.c if c.name not in kept}
    return (
        update(accounts)
        .where(
            accounts.c.owner_id == bindparam("owner"),
            accounts.c.version == bindparam("before"),
            accounts.c.erased_at.is_(None),
        )
        .values(values)
    )


def _end_sessions() -> Delete:
    return delete(sessions).where(
        sessions.c.owner_id == bindparam("owner"), sessions.c.id != bindparam("but")
    )


def _erase() -> Update:
    said = ("email", "email_key", "name", "password_hash", "disabled_at")
    return (
        update(accounts)
        .where(accounts.c.owner_id == bindparam("owner"), accounts.c.erased_at.is_(None))
        .values({**dict.fromkeys(said, null()), "erased_at": bindparam("at")})
    )


def _erased() -> Select[tuple[str]]:
    return (
        select(accounts.c.owner_id)
        .where(accounts.c.erased_at < bindparam("before"))
        .order_by(accounts.c.erased_at)
        .limit(bindparam("limit"))
    )


def _forget() -> Delete:
    return delete(accounts).where(
        accounts.c.owner_id == bindparam("owner"), accounts.c.erased_at.is_not(None)
    )


def _row_of(account: Account) -> dict[str, Any]:
    return {
        "owner_id": account.owner.key,
        "email": account.email.text,
        "email_key": account.email.key,
        "name": account.name,
        "password_hash": account.password_hash,
        "created_at": format_instant(account.created_at),
        "disabled_at": instant_text(account.disabled_at),
        "version": account.version,
    }


def _account_of(row: Sequence[Any]) -> Account:
    """The account, from the values of `_COLUMNS`. Raises `CorruptRecord`."""
    key, email, name, password_hash, created_at, disabled_at, version = row
    try:
        return Account(
            id=UUID(Owner.from_key(key).subject),
            email=Email(email),
            name=name,
            password_hash=password_hash,
            created_at=instant_of(created_at),
            disabled_at=instant_or_none(disabled_at),
            version=version,
        )
    except (ValueError, TypeError, AttributeError, TaskhavenError) as error:
        raise CorruptRecord("an account's row cannot be read") from error
