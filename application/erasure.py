"""Taking along, and getting rid of, everything that an account has."""

from asyncio import shield
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from application.errors import StorageError
from application.identity import Accounts, AuditTrail, Owners, Sessions
from application.passwords import ProvePassword
from application.ports import Clock, Journal, Tasks, Trash
from application.sessions import Client, LiveSessions, acting
from application.transfer import every_task
from domain.account import Account
from domain.change import Entry
from domain.credentials import Password
from domain.owner import Actor, Owner
from domain.reading import read_members
from domain.session import Session
from domain.task import Task

_ERASED_AT_ONCE = 1000
_EXPORTED_AT_ONCE = 500

_SETTLED = timedelta(minutes=5)
"""After that long no write is under way any more that began before an account was erased."""


@dataclass(frozen=True, slots=True)
class EraseAccount:
    """Erase the actor's account and everything of theirs, given its `password`.

    Raises `InvalidFields` and `TooManyTries`.
    """

    prove: ProvePassword
    accounts: Accounts
    owners: Owners
    live: LiveSessions
    audit: AuditTrail
    now: Clock

    async def __call__(self, actor: Actor, given: Mapping[str, object], client: Client) -> None:
        with acting(actor) as owner:
            said = read_members(given, {"password": Password.read}, required=("password",))
            await self.prove(owner, said["password"], member="password")
            await self.accounts.erase(owner, at=self.now())
        self.live.ended(owner)
        self.audit.record("account.erased", who=owner.key, address=client.address or "")
        with suppress(StorageError):  # the account is gone; what is left goes in the background
            await _erase(self.owners, owner)


@dataclass(frozen=True, slots=True)
class FinishErasures:
    """Erase what writes under way left behind an erased account, or an erasure cut short.

    Returns how many accounts were erased for good.
    """

    accounts: Accounts
    owners: Owners
    now: Clock

    async def __call__(self) -> int:
        before, finished = self.now() - _SETTLED, 0
        while erased := await self.accounts.erased(before=before, limit=_ERASED_AT_ONCE):
            for owner in erased:
                await _erase(self.owners, owner)
                await self.accounts.forget(owner)
                finished += 1
        return finished


async def _erase(owners: Owners, owner: Owner) -> None:
    """Bit by bit, so that no other writer has to wait for it."""
    while await owners.erase(owner, limit=_ERASED_AT_ONCE):
        pass


@dataclass(frozen=True, slots=True)
class Export:
    """All that an account has.

    Tasks and entries come in batches, oldest first, what is in the trash newest deletion first.
    """

    account: Account
    sessions: Sequence[Session]
    tasks: AsyncIterator[Sequence[Task]]
    trash: AsyncIterator[Sequence[Task]]
    entries: AsyncIterator[Sequence[Entry]]


@dataclass(frozen=True, slots=True)
class ExportAccount:
    """Hand out everything that the actor's account has, with the history of every task."""

    accounts: Accounts
    sessions: Sessions
    tasks: Tasks
    trash: Trash
    journal: Journal
    audit: AuditTrail

    async def __call__(self, actor: Actor, client: Client) -> Export:
        with acting(actor) as owner:
            account = await self.accounts.get(owner)
        self.audit.record("account.exported", who=owner.key, address=client.address or "")
        return Export(
            account,
            await self.sessions.of(owner),
            every_task(self.tasks, owner),
            self._trash(owner),
            self._entries(owner),
        )

    async def _trash(self, owner: Owner) -> AsyncIterator[Sequence[Task]]:
        after, more = None, True
        while more:
            # A reader who goes away must not break off what storage is doing.
            tasks, more = await shield(self.trash.page(owner, after=after, limit=_EXPORTED_AT_ONCE))
            if tasks:
                yield tasks
            last = tasks[-1] if tasks else None
            after = (last.deleted_at, last.id) if last and last.deleted_at else None

    async def _entries(self, owner: Owner) -> AsyncIterator[Sequence[Entry]]:
        after = 0
        while entries := await shield(
            self.journal.entries(owner, after=after, limit=_EXPORTED_AT_ONCE)
        ):
            yield entries
            after = entries[-1].position
