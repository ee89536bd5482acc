"""`Sessions` in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from adapters.memory.database import MemoryDatabase
from application.identity import Sessions
from domain.errors import NoAccount, SessionNotFound
from domain.owner import Owner
from domain.session import MOST_SESSIONS, Session


class MemorySessions(Sessions):
    """No method awaits anything between reading and writing."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._accounts = database.accounts
        self._sessions = database.sessions

    async def add(self, session: Session, *, proved: str) -> None:
        account = self._accounts.get(session.owner)
        if account is None or account.disabled or account.password_hash != proved:
            raise NoAccount
        self._sessions[session.owner, session.id] = session
        for old in (await self.of(session.owner))[MOST_SESSIONS:]:
            del self._sessions[old.owner, old.id]

    async def find(self, owner: Owner, id: UUID) -> Session | None:
        return self._sessions.get((owner, id))

    async def of(self, owner: Owner) -> Sequence[Session]:
        found = [session for (whose, _), session in self._sessions.items() if whose == owner]
        return sorted(found, key=lambda session: session.id, reverse=True)

    async def update(
        self, owner: Owner, id: UUID, change: Callable[[Session], Session | None]
    ) -> Session | None:
        before = self._sessions.get((owner, id))
        if before is None:
            raise SessionNotFound
        after = change(before)
        if after is None:
            del self._sessions[owner, id]
        else:
            self._sessions[owner, id] = after
        return after

    async def end(self, owner: Owner, id: UUID) -> bool:
        return self._sessions.pop((owner, id), None) is not None

    async def sweep(self, *, at: datetime, limit: int) -> int:
        over = [key for key, session in self._sessions.items() if session.over(at)][:limit]
        for key in over:
            del self._sessions[key]
        return len(over)
