"""Sessions of our own accounts: who calls, how a session goes on, and how it ends.

Each use case is a sentence, as in `tasks.py`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from uuid import UUID

from application.errors import InvalidToken
from application.identity import (
    Accounts,
    AuditTrail,
    Randomness,
    Sessions,
    TokenSigner,
    TokenVerifier,
)
from application.ports import Clock, NewId
from application.sweeping import sweep_all
from domain.account import Account
from domain.errors import InvalidRefreshToken, NoAccount, SessionNotFound
from domain.owner import OWN, Actor, Owner
from domain.reading import read_members, read_text
from domain.session import SECRET_BYTES, RefreshToken, Session, begin

_FRESH = 0.8  # seconds for which a live session counts as live without another look
_MOST_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Client:
    """What is known of who calls, besides what they say: for limits and for the audit trail."""

    address: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long an access token lasts, a session that is not refreshed, and any session."""

    access: timedelta = timedelta(minutes=15)
    refresh: timedelta = timedelta(days=30)
    session: timedelta = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a client gets that has proved who it is."""

    account: Account
    access_token: str = field(repr=False)
    lasts: timedelta
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grants:
    """Begins sessions, and makes their tokens."""

    signer: TokenSigner
    lifetimes: Lifetimes
    new_id: NewId
    randomness: Randomness

    def begin(self, account: Account, client: Client, at: datetime) -> tuple[Session, RefreshToken]:
        """A new session of the account's, not stored yet, and its first refresh token."""
        return begin(
            account.id,
            self.new_id(at),
            randomness=self.randomness(2 * SECRET_BYTES),
            agent=client.agent,
            at=at,
            lasts=self.lifetimes.refresh,
            at_most=self.lifetimes.session,
        )

    def grant(self, account: Account, token: RefreshToken, at: datetime) -> Grant:
        """An access token for the refresh token's session, and that token."""
        actor = Actor(account.owner, token.session)
        lasts = self.lifetimes.access
        return Grant(account, self.signer.sign(actor, expires_at=at + lasts), lasts, str(token))


class LiveSessions:
    """Tells whether sessions are live, and looks again after less than a second.

    So an ended session is dead at once in the process that ended it (`ended`), and within a second
    in every other, without a word between them: it works behind any pooler.
    """

    def __init__(
        self, sessions: Sessions, now: Clock, seconds: Callable[[], float] = monotonic
    ) -> None:
        self._sessions = sessions
        self._now = now
        self._seconds = seconds
        self._seen: dict[Owner, dict[UUID, float]] = {}
        self._remembered = 0
        self._endings = 0

    async def check(self, owner: Owner, id: UUID) -> None:
        """Return if the owner's session is live. Raises `InvalidToken`."""
        looked_at = self._seen.get(owner, {}).get(id)
        began = self._seconds()
        if looked_at is not None and began - looked_at < _FRESH:
            return
        endings = self._endings
        session = await self._sessions.find(owner, id)
        if session is None or session.over(self._now()):
            raise InvalidToken("its session has ended")
        if endings == self._endings:  # else it may have been this one, after we looked
            self._remember(owner, id, began)

    def ended(self, owner: Owner, but: UUID | None = None) -> None:
        """Forget the owner's sessions, all `but` that one: storage has ended some of them."""
        self._endings += 1
        seen = self._seen.pop(owner, {})
        self._remembered -= len(seen)
        if but in seen:
            self._remember(owner, but, seen[but])

    def _remember(self, owner: Owner, id: UUID, at: float) -> None:
        if self._remembered >= _MOST_REMEMBERED:
            self._seen.clear()
            self._remembered = 0
        seen = self._seen.setdefault(owner, {})
        self._remembered += id not in seen
        seen[id] = at


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Tell who a bearer token speaks for. Raises `InvalidToken`."""

    verifier: TokenVerifier
    live: LiveSessions
    audit: AuditTrail

    async def __call__(self, token: str) -> Actor:
        try:
            actor = await self.verifier.verify(token)
            if actor.session is not None:
                await self.live.check(actor.owner, actor.session)
        except InvalidToken as refused:
            self.audit.record("token.refused", reason=str(refused))
            raise
        return actor


@dataclass(frozen=True, slots=True)
class RefreshSession:
    """Take the next turn of a session: a new access token and the next refresh token.

    A token that was used before ends its session, and the ending outlives this refusal. Raises
    `InvalidFields` and `InvalidRefreshToken`.
    """

    accounts: Accounts
    sessions: Sessions
    grants: Grants
    live: LiveSessions
    audit: AuditTrail
    now: Clock

    async def __call__(self, given: Mapping[str, object], client: Client) -> Grant:
        said = read_members(given, {"refresh_token": read_text}, required=("refresh_token",))
        token = RefreshToken.parse(said["refresh_token"])
        at, lasts = self.now(), self.grants.lifetimes.refresh
        about = {"who": token.owner.key, "address": client.address or ""}
        try:
            account = await self.accounts.get(token.owner)
            session = await self.sessions.update(  # last: once it is done, so is everything
                token.owner,
                token.session,
                lambda session: session.refresh(token, at=at, lasts=lasts),
            )
        except (SessionNotFound, NoAccount, InvalidRefreshToken):
            self.audit.record("refresh.refused", **about)
            raise InvalidRefreshToken from None
        if session is None:
            self.live.ended(token.owner)
            self.audit.record("refresh.reuse_detected", **about)
            raise InvalidRefreshToken
        return self.grants.grant(account, session.successor(token), at)


@dataclass(frozen=True, slots=True)
class LogOut:
    """End the session of an actor, of a refresh token, or of both.

    A refresh token that continues no session has nothing to end: that is no error (RFC 7009 §2.2).
    Raises `NoAccount` for an actor who is somebody else's user.
    """

    sessions: Sessions
    live: LiveSessions
    audit: AuditTrail

    async def __call__(
        self, actor: Actor | None, refresh_token: str | None, client: Client
    ) -> None:
        ended = set()
        if refresh_token is not None:
            ended |= await self._proved(refresh_token)
        if actor is not None and (refresh_token is None or actor.session is not None):
            ended.add((account_of(actor), actor.session))
        for owner, id in ended:
            if id is not None and await self.sessions.end(owner, id):
                self.audit.record("session.ended", who=owner.key, address=client.address or "")
            self.live.ended(owner)

    async def _proved(self, text: str) -> set[tuple[Owner, UUID | None]]:
        """The session that a token is of, whichever of its tokens it is."""
        try:
            token = RefreshToken.parse(text)
            session = await self.sessions.find(token.owner, token.session)
            if session is None:
                return set()
            session.ended_by(token)
        except InvalidRefreshToken:
            return set()
        return {(token.owner, token.session)}


@dataclass(frozen=True, slots=True)
class ListSessions:
    """Show an account's sessions, newest first. Raises `NoAccount`."""

    sessions: Sessions
    now: Clock

    async def __call__(self, actor: Actor) -> Sequence[Session]:
        at = self.now()
        return [s for s in await self.sessions.of(account_of(actor)) if not s.over(at)]


@dataclass(frozen=True, slots=True)
class EndSession:
    """End one of an account's sessions. Raises `NoAccount` and `SessionNotFound`."""

    sessions: Sessions
    live: LiveSessions
    audit: AuditTrail

    async def __call__(self, actor: Actor, id: UUID, client: Client) -> None:
        owner = account_of(actor)
        if not await self.sessions.end(owner, id):
            raise SessionNotFound
        self.live.ended(owner)
        self.audit.record("session.ended", who=owner.key, address=client.address or "")


@dataclass(frozen=True, slots=True)
class ForgetSessions:
    """Forget the sessions that are over, bit by bit; returns how many."""

    sessions: Sessions
    now: Clock

    async def __call__(self) -> int:
        return await sweep_all(partial(self.sessions.sweep, at=self.now()))


@contextmanager
def acting(actor: Actor) -> Iterator[Owner]:
    """Whose account the block is about: the actor's.

    Raises `NoAccount` where the actor is another issuer's user, and `InvalidToken` where the
    account is gone since the token was made.
    """
    owner = account_of(actor)
    try:
        yield owner
    except NoAccount:
        raise InvalidToken("its account is gone") from None


def account_of(actor: Actor) -> Owner:
    """The actor, if it is an account of ours that asks. Raises `NoAccount`."""
    if actor.owner.realm != OWN or actor.session is None:
        raise NoAccount
    return actor.owner
