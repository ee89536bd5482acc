"""The key pair that the tokens of our own accounts are signed with."""

import json
from functools import partial
from hashlib import sha256
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from adapters.tokens.compact import encoded
from adapters.tokens.public_keys import Key, KnownKeys
from adapters.tokens.signing import SigningKey

Private: TypeAlias = Ed25519PrivateKey | EllipticCurvePrivateKey
Public: TypeAlias = Ed25519PublicKey | EllipticCurvePublicKey


class OwnKeys(KnownKeys):
    """The public halves of the key pair that signs, and of those that signed `before` it.

    `signing` is what the next token is signed with, `algorithms` what any may be signed with,
    `published` the key set (RFC 7517) by which others verify them.
    """

    def __init__(self, private: Private, *before: Public) -> None:
        keys = {_thumbprint(public): public for public in (private.public_key(), *before)}
        super().__init__([Key(id, frozenset({_algorithm(keys[id])}), keys[id]) for id in keys])
        self.algorithms = frozenset(map(_algorithm, keys.values()))
        self.signing = _signing(private, next(iter(keys)))
        members = [
            {**_jwk(public), "kid": id, "alg": _algorithm(public), "use": "sig"}
            for id, public in keys.items()
        ]
        self.published = json.dumps({"keys": members}).encode()


def _signing(private: Private, id: str) -> SigningKey:
    if isinstance(private, Ed25519PrivateKey):
        return SigningKey("EdDSA", private.sign, id)
    return SigningKey("ES256", partial(ECAlgorithm(ECAlgorithm.SHA256).sign, key=private), id)


def _algorithm(public: Public) -> str:
    return "EdDSA" if isinstance(public, Ed25519PublicKey) else "ES256"


def _thumbprint(public: Public) -> str:
    """What a key is called (RFC 7638)."""
    members = json.dumps(_jwk(public), sort_keys=True, separators=(",", ":"))
    return encoded(sha256(members.encode()).digest())


def _jwk(public: Public) -> dict[str, str]:
    """The members that make up a public key, and no other."""
    if isinstance(public, Ed25519PublicKey):
        members = OKPAlgorithm.to_jwk(public, as_dict=True)
    else:
        members = ECAlgorithm.to_jwk(public, as_dict=True)
    return {name: members[name] for name in ("crv", "kty", "x", "y") if name in members}
