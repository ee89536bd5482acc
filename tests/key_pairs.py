"""Key pairs for tests: of every kind, made once, and tokens that they sign with any header."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP521R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.tokens import Part, base64

Private: TypeAlias = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey

ALGORITHMS = ("EdDSA", "ES256", "ES512", "RS256", "PS256")

_GENERATORS: Mapping[str, Callable[[], Private]] = {
    "EdDSA": Ed25519PrivateKey.generate,
    "ES256": lambda: generate_private_key(SECP256R1()),
    "ES512": lambda: generate_private_key(SECP521R1()),
    "RS256": lambda: generate_rsa(65537, 2048),
    "PS256": lambda: generate_rsa(65537, 2048),
}


@dataclass(frozen=True)
class KeyPair:
    """A key pair that signs with `algorithm`, and the id that its issuer gives it."""

    algorithm: str
    private: Private = field(repr=False)
    id: str

    def jwk(self, **members: object) -> dict[str, Any]:
        """The public key as Better Auth writes it, without `alg` and `use`, and these members."""
        return {**_public_members(self.private), "kid": self.id, **members}

    def sign(self, message: bytes, algorithm: str | None = None) -> bytes:
        """The signature of these bytes."""
        return jwt.get_algorithm_by_name(algorithm or self.algorithm).sign(message, self.private)

    def token(self, claims: Part, **header: object) -> str:
        """A token whose signature holds; its header names algorithm and key unless told."""
        return self.signed({"alg": self.algorithm, "kid": self.id, **header}, claims)

    def signed(self, header: Part, claims: Part, algorithm: str | None = None) -> str:
        """A token of exactly this header; bytes are taken as they are, all else as JSON."""
        message = f"{base64(_bytes(header))}.{base64(_bytes(claims))}"
        return f"{message}.{base64(self.sign(message.encode(), algorithm))}"


@cache
def pair(algorithm: str, number: int = 1) -> KeyPair:
    """A key pair for an algorithm: to each number another, the same for the whole run."""
    return KeyPair(algorithm, _GENERATORS[algorithm](), f"{algorithm}-{number}")


def key_set(*members: object) -> bytes:
    """The document of these keys, each a pair or whatever stands there for a JWK."""
    keys = [member.jwk() if isinstance(member, KeyPair) else member for member in members]
    return json.dumps({"keys": keys}).encode()


def pem(key: Private) -> str:
    """A private key as PEM text."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_members(private: Private) -> dict[str, Any]:
    if isinstance(private, Ed25519PrivateKey):
        members = OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
    elif isinstance(private, EllipticCurvePrivateKey):
        members = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    else:
        members = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {name: value for name, value in members.items() if name != "key_ops"}


def _bytes(part: Part) -> bytes:
    return part if isinstance(part, bytes) else json.dumps(part).encode()
