"""The ports that tell who somebody is: accounts, sessions, tokens and passwords.

Like those of `ports.py`, each is a promise that every adapter keeps.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.account import Account
from domain.credentials import Email, Password
from domain.owner import Actor, Owner
from domain.session import Session
from domain.tally import Tally


class Accounts(Protocol):
    """Every account of our own. No two have the same `Email.key`.

    Every write is one step, and survives a kill of the process once the method returns. Every
    method may raise `Unavailable`.
    """

    @abstractmethod
    async def add(self, account: Account, session: Session | None = None) -> None:
        """Store a new account, and the session that begins with it. Raises `EmailTaken`."""

    @abstractmethod
    async def get(self, owner: Owner) -> Account:
        """The owner's account. Raises `NoAccount`."""

    @abstractmethod
    async def find(self, email: Email) -> Account | None:
        """The account with that address."""

    @abstractmethod
    async def page(self, *, after: UUID | None, limit: int) -> Sequence[Account]:
        """The first `limit` accounts whose ids follow `after`, in the order of ids."""

    @abstractmethod
    async def update(
        self,
        owner: Owner,
        change: Callable[[Account], Account],
        *,
        end_sessions: bool = False,
        but: UUID | None = None,
    ) -> Account:
        """Store what `change` makes of the owner's account, and return that.

        `change` is pure and may be called again when another writer came first. In the same step
        the owner's sessions end, all `but` that one, if `end_sessions` says so.

        Raises `NoAccount`, and `Busy` if the race was lost for 2 s.
        """

    @abstractmethod
    async def erase(self, owner: Owner, *, at: datetime) -> None:
        """Forget all that the account says and end its sessions: from then on there is none.

        Its id stays known to `erased` until `forget`. Raises `NoAccount`.
        """

    @abstractmethod
    async def erased(self, *, before: datetime, limit: int) -> Sequence[Owner]:
        """The first `limit` owners whose accounts were erased before that instant."""

    @abstractmethod
    async def forget(self, owner: Owner) -> None:
        """Forget that there was this account, which was erased."""


class Sessions(Protocol):
    """The sessions of every account. Every method may raise `Unavailable`.

    Every write is one step, and survives a kill of the process once the method returns.
    """

    @abstractmethod
    async def add(self, session: Session, *, proved: str) -> None:
        """Store a new session of an account whose password hash was `proved`.

        Of the account's sessions the newest `MOST_SESSIONS` stay. Raises `NoAccount` if the
        account is gone or disabled, or its password another by now.
        """

    @abstractmethod
    async def find(self, owner: Owner, id: UUID) -> Session | None:
        """The owner's session, unless it was ended."""

    @abstractmethod
    async def of(self, owner: Owner) -> Sequence[Session]:
        """The owner's sessions, newest first."""

    @abstractmethod
    async def update(
        self, owner: Owner, id: UUID, change: Callable[[Session], Session | None]
    ) -> Session | None:
        """Store what `change` makes of the owner's session, and return that; none ends it.

        `change` is pure and may be called again when another writer came first; what it raises
        passes through and nothing is written. Exactly one of several writers takes a turn.

        Raises `SessionNotFound`, and `Busy` if the race was lost for 2 s.
        """

    @abstractmethod
    async def end(self, owner: Owner, id: UUID) -> bool:
        """End the owner's session; returns whether there was one."""

    @abstractmethod
    async def sweep(self, *, at: datetime, limit: int) -> int:
        """Forget at most `limit` sessions that are over at that instant; returns how many."""


class Tallies(Protocol):
    """How often things were tried. Every method may raise `Unavailable`."""

    @abstractmethod
    async def update(self, key: str, change: Callable[[Tally | None], Tally]) -> Tally:
        """Store what `change` makes of the tally under `key`, none at first, and return that.

        `change` is pure and may be called again when another writer came first; what it raises
        passes through and nothing is written. Raises `Busy` if the race was lost for 2 s.
        """

    @abstractmethod
    async def forget(self, key: str) -> None:
        """Begin anew under that key."""

    @abstractmethod
    async def sweep(self, *, before: datetime, limit: int) -> int:
        """Forget at most `limit` tallies last changed before that instant; returns how many."""


class Owners(Protocol):
    """Everything that owners have here, whatever it is. May raise `Unavailable`."""

    @abstractmethod
    async def erase(self, owner: Owner, *, limit: int) -> int:
        """Erase about `limit` pieces of what the owner has, the journal included.

        Returns how many; 0 once nothing was left.
        """


class TokenVerifier(Protocol):
    """Tells who a bearer token speaks for."""

    @abstractmethod
    async def verify(self, token: str) -> Actor:
        """The actor, if the token is valid at this moment; whether a session of theirs is still
        live is not asked.

        Raises `InvalidToken`, and `KeysUnavailable`.
        """


class TokenSigner(Protocol):
    """Makes tokens that the verifier accepts."""

    @abstractmethod
    def sign(self, actor: Actor, *, expires_at: datetime) -> str:
        """A token that speaks for the actor until `expires_at`."""


class PasswordHasher(Protocol):
    """Makes of a password what only that password fits, at a cost that makes guessing slow.

    No more run at a time than the machine can bear. Both methods raise `Crowded` if too many wait.
    """

    @abstractmethod
    async def hash(self, password: Password) -> str:
        """A hash to keep, which says itself how it was made."""

    @abstractmethod
    async def verify(self, password: Password, kept: str | None) -> bool:
        """Whether the password fits. For no hash at all the work is the same, and it does not."""

    @abstractmethod
    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with less care than is taken now."""


class CommonPasswords(Protocol):
    """Knows the passwords that everybody tries first."""

    @abstractmethod
    async def __call__(self, password: Password) -> bool:
        """Whether it is one of them."""


class AuditTrail(Protocol):
    """The record of who got in, who did not, and what was revoked."""

    @abstractmethod
    def record(self, what: str, *, who: str | None = None, **details: str) -> None:
        """Note an event. `who` identifies somebody, and is never written as it is."""


class Randomness(Protocol):
    """Makes what nobody can guess."""

    @abstractmethod
    def __call__(self, length: int) -> bytes:
        """That many random bytes, fit for secrets."""
