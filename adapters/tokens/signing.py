"""`TokenSigner`: with a shared secret, or with a key pair of our own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm
from jwt.utils import base64url_encode

from adapters.tokens.keys import SYMMETRIC, Key
from application.identity import TokenSigner
from application.ports import Clock
from domain.owner import Actor

_ACCESS_TOKEN = "at+jwt"  # noqa: S105 - a type of token (RFC 9068 §2.1)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What we sign with: an algorithm, a key, and the id by which others find its public half."""

    algorithm: str
    material: Ed25519PrivateKey | EllipticCurvePrivateKey | bytes = field(repr=False)
    id: str | None = None


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
        headers = {"typ": _ACCESS_TOKEN, **({"kid": self._key.id} if self._key.id else {})}
        return jwt.encode(claims, self._key.material, self._key.algorithm, headers)


class SharedSecretTokens(TokenSigner):
    """Signs what the identity provider would have signed with the shared secret, to try things."""

    def __init__(
        self, secret: bytes, issuer: str | None, audiences: Sequence[str], now: Clock
    ) -> None:
        self._secret = secret
        self._claims = {
            **({"iss": issuer} if issuer is not None else {}),
            **({"aud": audiences[0]} if audiences else {}),
        }
        self._now = now

    def sign(self, actor: Actor, *, expires_at: datetime) -> str:
        claims = {"sub": actor.owner.subject, **_dates(self._now, expires_at), **self._claims}
        return jwt.encode(claims, self._secret, SYMMETRIC)


def _dates(now: Clock, expires_at: datetime) -> Mapping[str, Any]:
    return {"iat": int(now().timestamp()), "exp": int(expires_at.timestamp())}


def signing_key(private: Ed25519PrivateKey | EllipticCurvePrivateKey) -> SigningKey:
    """A key pair to sign with: EdDSA or, on P-256, ES256."""
    public = public_key(private.public_key())
    return SigningKey(min(public.algorithms), private, public.id)


def public_key(public: Ed25519PublicKey | EllipticCurvePublicKey) -> Key:
    """What verifies the tokens of a key pair; its id is its thumbprint (RFC 7638)."""
    algorithm = "EdDSA" if isinstance(public, Ed25519PublicKey) else "ES256"
    members = json.dumps(_jwk(public), sort_keys=True, separators=(",", ":"))
    return Key(
        base64url_encode(sha256(members.encode()).digest()).decode(),
        frozenset({algorithm}),
        public,
    )


def published(keys: Sequence[Key]) -> bytes:
    """The key set (RFC 7517) by which others verify our tokens."""
    members = [
        {**_jwk(key.material), "kid": key.id, "alg": min(key.algorithms), "use": "sig"}
        for key in keys
        if isinstance(key.material, Ed25519PublicKey | EllipticCurvePublicKey)
    ]
    return json.dumps({"keys": members}).encode()


def _jwk(public: Ed25519PublicKey | EllipticCurvePublicKey) -> dict[str, str]:
    """The members that make up a public key, and no other."""
    if isinstance(public, Ed25519PublicKey):
        members = OKPAlgorithm.to_jwk(public, as_dict=True)
    else:
        members = ECAlgorithm.to_jwk(public, as_dict=True)
    return {name: members[name] for name in ("crv", "kty", "x", "y") if name in members}
