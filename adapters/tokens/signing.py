"""`TokenSigner`: with a shared secret, or with a key pair of our own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from adapters.tokens.compact import compact
from adapters.tokens.keys import SYMMETRIC, mac
from application.identity import TokenSigner
from application.ports import Clock
from domain.owner import Actor

_ACCESS_TOKEN = "at+jwt"  # noqa: S105 - a type of token (RFC 9068 §2.1)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What we sign with: how, and the id by which others find the public half of a key pair."""

    algorithm: str
    sign: Callable[[bytes], bytes] = field(repr=False)
    id: str | None = None

    def token(self, type_: str, claims: Mapping[str, Any]) -> str:
        """A token of this type, signed."""
        named = {"kid": self.id} if self.id else {}
        return compact({"alg": self.algorithm, "typ": type_, **named}, claims, self.sign)


def shared(secret: bytes) -> SigningKey:
    """A shared secret to sign with."""
    return SigningKey(SYMMETRIC, partial(mac, secret))


class OwnTokens(TokenSigner):
    """Signs access tokens of our own accounts, in the form of RFC 9068."""

    def __init__(self, key: SigningKey, issuer: str, now: Clock) -> None:
        self._key = key
        self._issuer = issuer
        self._now = now

    def sign(self, actor: Actor, *, expires_at: datetime) -> str:
        claims = {
            "iss": self._issuer,
            "sub": actor.owner.subject,
            "sid": str(actor.session),
            **_dates(self._now, expires_at),
        }
        return self._key.token(_ACCESS_TOKEN, claims)


class SharedSecretTokens(TokenSigner):
    """Signs what the identity provider would have signed with the shared secret, to try things."""

    def __init__(
        self, secret: bytes, issuer: str | None, audiences: Sequence[str], now: Clock
    ) -> None:
        self._key = shared(secret)
        self._claims = {
            **({"iss": issuer} if issuer is not None else {}),
            **({"aud": audiences[0]} if audiences else {}),
        }
        self._now = now

    def sign(self, actor: Actor, *, expires_at: datetime) -> str:
        claims = {"sub": actor.owner.subject, **_dates(self._now, expires_at), **self._claims}
        return self._key.token("JWT", claims)


def _dates(now: Clock, expires_at: datetime) -> Mapping[str, Any]:
    return {"iat": int(now().timestamp()), "exp": int(expires_at.timestamp())}
