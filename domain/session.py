"""A session: what a login began, continued by refresh tokens that are each good for one turn.

Each refresh token follows from the one before by the session's salt, which never leaves storage:
whoever presents a token twice can be given the same successor again, though of tokens only the
newest one's digest is kept. An old token is known by following the chain from it to that digest,
so a reuse is told from a forgery, and only a reuse ends the session (RFC 9700 §4.14.2).
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self
from uuid import UUID

from domain.errors import InvalidRefreshToken
from domain.owner import OWN, Owner

GRACE = timedelta(seconds=10)
"""How long a token may be presented again while its successor is unused."""

SECRET_BYTES = 32

MOST_SESSIONS = 100
"""Of an account; a new one ends the oldest."""

_LONGEST_WAY = 1_000  # turns; following more would keep others waiting for milliseconds
_PREFIX = "thrt_"  # so that scanners of leaked text know what they found
_LENGTH = 16 + 16 + 4 + SECRET_BYTES


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One turn of a session. Whoever has it may take the session's next turn."""

    account: UUID
    session: UUID
    turn: int
    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The token that a text is. Raises `InvalidRefreshToken`."""
        try:
            raw = urlsafe_b64decode(text.removeprefix(_PREFIX).encode("ascii") + b"=")
        except ValueError:
            raise InvalidRefreshToken from None
        if len(raw) != _LENGTH:
            raise InvalidRefreshToken
        turn = int.from_bytes(raw[32:36], "big")
        token = cls(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), turn, raw[36:])
        if str(token) != text:
            raise InvalidRefreshToken
        return token

    @property
    def owner(self) -> Owner:
        """Whose session it continues."""
        return Owner(str(self.account), OWN)

    @property
    def digest(self) -> str:
        """What storage keeps of it."""
        return sha256(self.secret).hexdigest()

    def __str__(self) -> str:
        """As a client gets it: 96 characters that need no encoding anywhere."""
        raw = self.account.bytes + self.session.bytes + self.turn.to_bytes(4, "big") + self.secret
        return _PREFIX + urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One login of an account, on turn `turn`. Every verb returns the session as it is next.

    It is over at `expires_at` unless it is refreshed before, and at `ends_at` in any case.
    `agent` is how the client that logged in called itself.
    """

    account: UUID
    id: UUID
    salt: str = field(repr=False)
    digest: str = field(repr=False)
    turn: int = 0
    agent: str | None = None
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    ends_at: datetime

    @property
    def owner(self) -> Owner:
        """Whose session it is."""
        return Owner(str(self.account), OWN)

    def over(self, at: datetime) -> bool:
        """Whether it can no longer be continued."""
        return at >= min(self.expires_at, self.ends_at)

    def refresh(self, token: RefreshToken, *, at: datetime, lasts: timedelta) -> Self | None:
        """The session after a token was presented; none if that ends it, since it was used before.

        Raises `InvalidRefreshToken` for a token that is none of its, or once it is over.
        """
        if not self._gave(token) or self.over(at):
            raise InvalidRefreshToken
        if token.turn == self.turn:
            return replace(
                self,
                turn=self.turn + 1,
                digest=self.successor(token).digest,
                refreshed_at=at,
                expires_at=min(at + lasts, self.ends_at),
            )
        again = token.turn == self.turn - 1 and at - self.refreshed_at <= GRACE
        return self if again else None

    def ended_by(self, token: RefreshToken) -> None:
        """Nothing, if this token of its, newest or not, may end it; else `InvalidRefreshToken`."""
        if not self._gave(token):
            raise InvalidRefreshToken

    def successor(self, token: RefreshToken) -> RefreshToken:
        """The token after that one, the same each time."""
        return replace(token, turn=token.turn + 1, secret=self._after(token.secret))

    def _gave(self, token: RefreshToken) -> bool:
        way = self.turn - token.turn
        if (token.account, token.session) != (self.account, self.id) or not (
            0 <= way <= _LONGEST_WAY
        ):
            return False
        secret, salt = token.secret, bytes.fromhex(self.salt)
        for _ in range(way):
            secret = hmac.digest(salt, secret, "sha256")
        return hmac.compare_digest(sha256(secret).hexdigest(), self.digest)

    def _after(self, secret: bytes) -> bytes:
        return hmac.digest(bytes.fromhex(self.salt), secret, "sha256")


def begin(
    account: UUID,
    id: UUID,
    *,
    randomness: bytes,
    agent: str | None,
    at: datetime,
    lasts: timedelta,
    at_most: timedelta,
) -> tuple[Session, RefreshToken]:
    """A new session and its first token, from at least 64 bytes that nobody can guess."""
    salt, secret = randomness[:SECRET_BYTES], randomness[SECRET_BYTES : 2 * SECRET_BYTES]
    token = RefreshToken(account, id, 0, secret)
    session = Session(
        account=account,
        id=id,
        salt=salt.hex(),
        digest=token.digest,
        agent=agent,
        created_at=at,
        refreshed_at=at,
        expires_at=min(at + lasts, at + at_most),
        ends_at=at + at_most,
    )
    return session, token
