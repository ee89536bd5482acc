"""What an operator does about accounts: whoever may run this may do it, so nobody is asked."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from application.accounts import MakeAccount
from application.identity import Accounts, AuditTrail
from application.ports import Clock
from domain.account import Account
from domain.credentials import Email
from domain.errors import NoAccount
from domain.owner import Owner

_LISTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class AddAccount:
    """Make an account of `email`, `password` and perhaps a `name`, even where nobody may register.

    Raises `InvalidFields` and `EmailTaken`.
    """

    make: MakeAccount
    accounts: Accounts
    audit: AuditTrail

    async def __call__(self, given: Mapping[str, object]) -> Account:
        account = await self.make(self.make.read(given))
        await self.accounts.add(account)
        self.audit.record("account.added", who=account.owner.key)
        return account


@dataclass(frozen=True, slots=True)
class ListAccounts:
    """Every account, oldest first."""

    accounts: Accounts

    async def __call__(self) -> AsyncIterator[Account]:
        after = None
        while found := await self.accounts.page(after=after, limit=_LISTED_AT_ONCE):
            for account in found:
                yield account
            after = found[-1].id


@dataclass(frozen=True, slots=True)
class FindAccount:
    """The account with an address, or of an owner. Raises `NoAccount`."""

    accounts: Accounts

    async def __call__(self, whose: Email | Owner) -> Account:
        if isinstance(whose, Owner):
            return await self.accounts.get(whose)
        return await _found(self.accounts, whose)


@dataclass(frozen=True, slots=True)
class DisableAccount:
    """Let nobody log in with an account, and end its sessions. Raises `NoAccount`."""

    accounts: Accounts
    audit: AuditTrail
    now: Clock

    async def __call__(self, email: Email) -> Account:
        found, at = await _found(self.accounts, email), self.now()
        account = await self.accounts.update(
            found.owner, lambda account: account.disable(at=at), end_sessions=True
        )
        self.audit.record("account.disabled", who=account.owner.key)
        return account


@dataclass(frozen=True, slots=True)
class EnableAccount:
    """Let the owner of an account log in again. Raises `NoAccount`."""

    accounts: Accounts
    audit: AuditTrail

    async def __call__(self, email: Email) -> Account:
        found = await _found(self.accounts, email)
        account = await self.accounts.update(found.owner, lambda account: account.enable())
        self.audit.record("account.enabled", who=account.owner.key)
        return account


async def _found(accounts: Accounts, email: Email) -> Account:
    account = await accounts.find(email)
    if account is None:
        raise NoAccount
    return account
