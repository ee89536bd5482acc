"""Passwords: how one is chosen, proved and changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from application.errors import Crowded
from application.identity import Accounts, AuditTrail, CommonPasswords, PasswordHasher
from application.sessions import Client, LiveSessions, acting
from application.throttle import Throttle
from domain.account import Account
from domain.credentials import Email, Password
from domain.errors import FieldError, InvalidFields
from domain.owner import Actor, Owner
from domain.reading import read_members


@dataclass(frozen=True, slots=True)
class ChoosePassword:
    """Take a new password: its hash, if it is not the first that anybody would try.

    Raises `InvalidFields`, which names the `member` that the password stood in.
    """

    hasher: PasswordHasher
    common: CommonPasswords

    async def __call__(self, password: Password, email: Email, *, member: str) -> str:
        if password.gives_away(email) or await self.common(password):
            raise InvalidFields([FieldError((member,), "is too easily guessed")])
        return await self.hasher.hash(password)


@dataclass(frozen=True, slots=True)
class ProvePassword:
    """Make sure that it is the account's owner who asks, not somebody who found a token.

    Raises `InvalidFields` for a wrong password, and `TooManyTries`.
    """

    accounts: Accounts
    hasher: PasswordHasher
    throttle: Throttle

    async def __call__(self, owner: Owner, password: Password, *, member: str) -> Account:
        account = await self.accounts.get(owner)
        await self.throttle.admit(owner.key)
        try:
            fits = await self.hasher.verify(password, account.password_hash)
        except Crowded:  # nothing was found out, so nothing was tried
            await self.throttle.take_back(owner.key)
            raise
        if not fits:
            raise _not_present(member)
        await self.throttle.forget(owner.key)
        return account


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Replace the `current` password by a `new` one, and end all sessions but the actor's."""

    prove: ProvePassword
    choose: ChoosePassword
    accounts: Accounts
    live: LiveSessions
    audit: AuditTrail

    async def __call__(self, actor: Actor, given: Mapping[str, object], client: Client) -> None:
        with acting(actor) as owner:
            readers = {"current": Password.read, "new": Password.read_new}
            said = read_members(given, readers, required=tuple(readers))
            account = await self.prove(owner, said["current"], member="current")
            hashed = await self.choose(said["new"], account.email, member="new")

            def change(now: Account) -> Account:
                if now.password_hash != account.password_hash:  # somebody was quicker
                    raise _not_present("current")
                return now.change_password(hashed)

            await self.accounts.update(owner, change, end_sessions=True, but=actor.session)
            self.live.ended(owner, but=actor.session)
            self.audit.record("password.changed", who=owner.key, address=client.address or "")


def _not_present(member: str) -> InvalidFields:
    return InvalidFields([FieldError((member,), "is not the present password")])
