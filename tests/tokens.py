"""Tokens put together by hand, as an attacker would: any header, any claims, any signature."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime

from adapters.tokens.claims import Expected
from adapters.tokens.issuers import Issuer
from adapters.tokens.keys import SYMMETRIC, SecretKeys
from adapters.tokens.signing import SharedSecretTokens
from adapters.tokens.verifier import JwtVerifier
from application.errors import InvalidToken
from application.ports import Clock
from domain.owner import Actor, Owner
from tests.canaries import CANARIES

SECRET = "kT4-vJ8_qZ1xW6mN3bR9cL5yH2pS7dF0"
CANARIES.hide(SECRET)
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
HEADER: Mapping[str, object] = {"alg": "HS256", "typ": "JWT"}
CLAIMS: Mapping[str, object] = {"sub": "alice", "exp": SECONDS + 60}
RESERVED = "urn:taskhaven"
ANYTHING = Expected()


Part = Mapping[str, object] | bytes | list[object] | str | int | None


class Tokens:
    """One shared secret's tokens, verified and signed at `now`."""

    def __init__(self, expected: Expected = ANYTHING, now: Clock = lambda: NOW) -> None:
        secret = SECRET.encode()
        issuer = Issuer("", expected, frozenset({SYMMETRIC}), SecretKeys(secret))
        self._verifier = JwtVerifier([issuer], now, reserved=RESERVED)
        self._signer = SharedSecretTokens(secret, expected.issuer, expected.audiences, now)

    def sign(self, owner: Owner, *, expires_at: datetime) -> str:
        """A token as the identity provider would sign it."""
        return self._signer.sign(Actor(owner), expires_at=expires_at)

    def verify(self, token: str) -> Actor:
        """Who the token speaks for. A secret is at hand, so nothing is ever waited for."""
        try:
            self._verifier.verify(token).send(None)
        except StopIteration as finished:
            actor: Actor = finished.value
            return actor
        raise AssertionError("the verifier waited")


TOKENS = Tokens()


def base64(raw: bytes) -> str:
    """The base64url of RFC 7515: without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def forge(
    header: Part = HEADER, claims: Part = CLAIMS, *, secret: str = SECRET, digest: str = "sha256"
) -> str:
    """A token whose signature fits; bytes are taken as they are, all else as JSON."""
    signed = f"{base64(_bytes(header))}.{base64(_bytes(claims))}"
    signature = hmac.digest(secret.encode(), signed.encode(), getattr(hashlib, digest))
    return f"{signed}.{base64(signature)}"


def claiming(**claims: object) -> str:
    """A token of good claims but for these."""
    return forge(claims={**CLAIMS, **claims})


def lacking(name: str) -> str:
    """A token of good claims but for one that is not there."""
    return forge(claims={key: value for key, value in CLAIMS.items() if key != name})


def headed(**header: object) -> str:
    """A token of a good header but for these."""
    return forge({**HEADER, **header})


def refused(token: str, tokens: Tokens = TOKENS) -> bool:
    """Whether the token is refused; it is an error if it is refused in another way."""
    try:
        tokens.verify(token)
    except InvalidToken:
        return True
    return False


def _bytes(part: Part) -> bytes:
    return part if isinstance(part, bytes) else json.dumps(part).encode()
