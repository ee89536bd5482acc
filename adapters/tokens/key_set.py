"""Reads a published key set (RFC 7517), and leaves out what is not safe to use."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from adapters.tokens.public_keys import Key, PublicKey

MOST_KEYS = 64
LONGEST_KEY_SET = 256 * 1024  # bytes

_LONGEST_ID = 128
_RSA_BITS = range(2048, 8193)
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_CURVES = {"P-256": "ES256", "P-521": "ES512"}
_ROCA_PRIMES = (
    *(3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73),
    *(79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167),
)
_ROCA_REMAINDERS = {p: {pow(65537, k, p) for k in range(p)} for p in _ROCA_PRIMES}


def read_key_set(document: bytes) -> tuple[Key, ...]:
    """The usable public keys of a key set. Raises `ValueError` for what is none.

    Left out: keys that are symmetric, private, weak, of an unknown kind, or for anything but
    signatures; and keys that differ though they have the same id. A key without `alg` is for
    whatever fits its type.
    """
    if len(document) > LONGEST_KEY_SET:
        raise ValueError("longer than any key set")
    try:
        members = json.loads(document.decode())["keys"]
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("not a key set") from error
    if not isinstance(members, list) or len(members) > MOST_KEYS:
        raise ValueError("not a list of at most 64 keys")
    keys = [key for member in members if isinstance(member, dict) for key in _read(member)]
    return tuple(_without_ambiguity(keys))


def _read(jwk: Mapping[str, Any]) -> Iterator[Key]:
    """The key, if it is fit for use."""
    id = jwk.get("kid")
    named = id is None or (isinstance(id, str) and 0 < len(id) <= _LONGEST_ID)
    uses = jwk.get("key_ops", ["verify"])
    for_signatures = jwk.get("use", "sig") == "sig" and isinstance(uses, list) and "verify" in uses
    if not named or not for_signatures or not _PRIVATE.isdisjoint(jwk):
        return
    try:
        material, algorithms = _material(jwk)
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError):
        return
    if "alg" in jwk:
        algorithms &= {jwk["alg"]} if isinstance(jwk["alg"], str) else set()
    if algorithms:
        yield Key(id, frozenset(algorithms), material)


def _material(jwk: Mapping[str, Any]) -> tuple[PublicKey, set[str]]:
    """The key itself, and what it can be used for. Raises `ValueError` and what PyJWT raises."""
    key: object
    match jwk.get("kty"), jwk.get("crv"):
        case "OKP", "Ed25519":
            key = OKPAlgorithm.from_jwk(dict(jwk))
            if isinstance(key, Ed25519PublicKey):
                return key, {"EdDSA"}
        case "EC", ("P-256" | "P-521") as curve:
            key = ECAlgorithm.from_jwk(dict(jwk))
            if isinstance(key, EllipticCurvePublicKey):
                return key, {_CURVES[curve]}
        case "RSA", _:
            key = RSAAlgorithm.from_jwk(dict(jwk))
            if isinstance(key, RSAPublicKey) and _is_strong(key):
                return key, {"RS256", "PS256"}
    raise ValueError("not a key that is used here")


def _is_strong(key: RSAPublicKey) -> bool:
    numbers = key.public_numbers()
    if key.key_size not in _RSA_BITS or numbers.e < 65537:
        return False
    # Made by the generator of CVE-2017-15361, whose keys can be factored.
    return any(numbers.n % p not in remainders for p, remainders in _ROCA_REMAINDERS.items())


def _without_ambiguity(keys: list[Key]) -> Iterator[Key]:
    kept: list[Key] = []
    for key in keys:
        if key not in kept:
            kept.append(key)
    for key in kept:
        if key.id is None or sum(other.id == key.id for other in kept) == 1:
            yield key
