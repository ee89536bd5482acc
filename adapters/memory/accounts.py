"""`Accounts` in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from adapters.memory.database import MemoryDatabase
from application.identity import Accounts
from domain.account import Account
from domain.credentials import Email
from domain.errors import EmailTaken, NoAccount
from domain.owner import Owner
from domain.session import Session


class MemoryAccounts(Accounts):
    """No method awaits anything: each is one step of the event loop."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._accounts = database.accounts
        self._sessions = database.sessions
        self._erased = database.erased

    async def add(self, account: Account, session: Session | None = None) -> None:
        if await self.find(account.email) is not None:
            raise EmailTaken
        self._accounts[account.owner] = account
        if session is not None:
            self._sessions[session.owner, session.id] = session

    async def get(self, owner: Owner) -> Account:
        account = self._accounts.get(owner)
        if account is None:
            raise NoAccount
        return account

    async def find(self, email: Email) -> Account | None:
        return next((a for a in self._accounts.values() if a.email.key == email.key), None)

    async def page(self, *, after: UUID | None, limit: int) -> Sequence[Account]:
        accounts = sorted(self._accounts.values(), key=lambda account: account.id)
        return [a for a in accounts if after is None or a.id > after][:limit]

    async def update(
        self,
        owner: Owner,
        change: Callable[[Account], Account],
        *,
        end_sessions: bool = False,
        but: UUID | None = None,
    ) -> Account:
        after = change(await self.get(owner))
        self._accounts[owner] = after
        if end_sessions:
            self._end_sessions(owner, but)
        return after

    async def erase(self, owner: Owner, *, at: datetime) -> None:
        if self._accounts.pop(owner, None) is None:
            raise NoAccount
        self._end_sessions(owner, None)
        self._erased[owner] = at

    async def erased(self, *, before: datetime, limit: int) -> Sequence[Owner]:
        return [owner for owner, at in self._erased.items() if at < before][:limit]

    async def forget(self, owner: Owner) -> None:
        self._erased.pop(owner, None)

    def _end_sessions(self, owner: Owner, but: UUID | None) -> None:
        for key in [(o, id) for o, id in self._sessions if o == owner and id != but]:
            del self._sessions[key]
