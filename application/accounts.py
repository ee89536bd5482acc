"""Accounts of our own: how somebody gets one, gets in, and gets rid of it (contract §7).

Each use case is a sentence, as in `tasks.py`. Those that take plain values raise `InvalidFields`;
those that take an actor raise `NoAccount` where that is somebody else's user.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from application.errors import Crowded, StorageError
from application.identity import Accounts, AuditTrail, PasswordHasher, Sessions
from application.line import Line
from application.passwords import ChoosePassword
from application.ports import Clock, NewId
from application.sessions import Client, Grant, Grants, acting
from application.throttle import Throttle
from domain.account import Account, read_name
from domain.credentials import Email, Password
from domain.errors import NoAccount, RegistrationClosed, TooManyTries, WrongCredentials
from domain.owner import Actor
from domain.reading import read_members


@dataclass(frozen=True, slots=True)
class MakeAccount:
    """Make a new account's value of `email`, `password` and perhaps a `name`."""

    choose: ChoosePassword
    now: Clock
    new_id: NewId

    def read(self, given: Mapping[str, object]) -> dict[str, Any]:
        """The members given, as values."""
        readers = {"email": Email.read, "password": Password.read_new, "name": read_name}
        return read_members(given, readers, required=("email", "password"))

    async def __call__(self, said: Mapping[str, Any]) -> Account:
        hashed = await self.choose(said["password"], said["email"], member="password")
        at = self.now()
        return Account(
            id=self.new_id(at),
            email=said["email"],
            name=said.get("name"),
            password_hash=hashed,
            created_at=at,
        )


@dataclass(frozen=True, slots=True)
class Register:
    """Make an account, and log in with it.

    Raises `RegistrationClosed`, `EmailTaken` and `TooManyTries`.
    """

    make: MakeAccount
    accounts: Accounts
    grants: Grants
    by_address: Throttle
    audit: AuditTrail
    open: bool = True

    async def __call__(self, given: Mapping[str, object], client: Client) -> Grant:
        if not self.open:
            raise RegistrationClosed
        said = self.make.read(given)
        await self.by_address.admit(client.address)
        try:
            account = await self.make(said)
        except Crowded:
            await self.by_address.take_back(client.address)
            raise
        session, token = self.grants.begin(account, client, account.created_at)
        await self.accounts.add(account, session)
        self.audit.record("account.registered", who=account.owner.key, address=client.address or "")
        return self.grants.grant(account, token, account.created_at)


@dataclass(frozen=True, slots=True)
class LogIn:
    """Begin a session with `email` and `password`.

    Raises `WrongCredentials`, after the same work whatever was wrong, and `TooManyTries`, whatever
    the password. Neither touches sessions that are there.
    """

    accounts: Accounts
    sessions: Sessions
    hasher: PasswordHasher
    grants: Grants
    at_account: Throttle
    by_address: Throttle
    audit: AuditTrail
    now: Clock
    line: Line

    async def __call__(self, given: Mapping[str, object], client: Client) -> Grant:
        readers = {"email": Email.read, "password": Password.read}
        said = read_members(given, readers, required=tuple(readers))
        email: Email = said["email"]
        address = client.address or ""
        try:
            account = await self._found(email, client)
            account = await self._proved(account, email, said["password"])
            grant = await self._begun(account, email, client)
        except TooManyTries:
            self.audit.record("login.throttled", who=email.key, address=address)
            raise
        except WrongCredentials:
            self.audit.record("login.failed", who=email.key, address=address)
            with suppress(TooManyTries):
                await self.by_address.admit(client.address)
            raise
        self.audit.record("login.succeeded", who=account.owner.key, address=address)
        return grant

    async def _found(self, email: Email, client: Client) -> Account | None:
        async with self.line.turn():
            await self.by_address.check(client.address)
            await self.at_account.admit(email.key)
            return await self.accounts.find(email)

    async def _proved(self, account: Account | None, email: Email, password: Password) -> Account:
        try:
            fits = await self.hasher.verify(password, account.password_hash if account else None)
            if account is None or not fits or account.disabled:
                raise WrongCredentials
            if not self.hasher.outdated(account.password_hash):
                return account
            hashed = await self.hasher.hash(password)
        except Crowded:  # nothing was found out, so nothing was tried
            await self.at_account.take_back(email.key)
            raise
        return await self._renewed(account, password, hashed)

    async def _renewed(self, account: Account, password: Password, hashed: str) -> Account:
        """The account with a better hash of the same password."""
        before = account.password_hash
        try:
            after = await self.accounts.update(
                account.owner,
                lambda now: now.change_password(hashed) if now.password_hash == before else now,
            )
        except NoAccount:  # erased in this instant
            raise WrongCredentials from None
        changed = after.password_hash != hashed  # by another login, or to another password
        if changed and not await self.hasher.verify(password, after.password_hash):
            raise WrongCredentials
        return after

    async def _begun(self, account: Account, email: Email, client: Client) -> Grant:
        at = self.now()
        session, token = self.grants.begin(account, client, at)
        async with self.line.turn():
            try:
                await self.sessions.add(session, proved=account.password_hash)
            except NoAccount:  # erased, disabled or given another password in this instant
                raise WrongCredentials from None
            with suppress(StorageError):  # the session is there, which is what was asked for
                await self.at_account.forget(email.key)
        return self.grants.grant(account, token, at)


@dataclass(frozen=True, slots=True)
class ReadAccount:
    """Show the actor's account."""

    accounts: Accounts

    async def __call__(self, actor: Actor) -> Account:
        with acting(actor) as owner:
            return await self.accounts.get(owner)


@dataclass(frozen=True, slots=True)
class RenameAccount:
    """Change the `name`, and keep it where none is given."""

    accounts: Accounts

    async def __call__(self, actor: Actor, given: Mapping[str, object]) -> Account:
        with acting(actor) as owner:
            said = read_members(given, {"name": read_name})
            return await self.accounts.update(
                owner, lambda account: account.rename(said["name"]) if said else account
            )
