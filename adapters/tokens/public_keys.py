"""Public keys that signatures are checked with.

What this imports takes some 10 MB and a while: those whose tokens are signed with a shared secret
can do without.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from adapters.tokens.compact import CompactToken
from adapters.tokens.keys import Keys
from application.errors import InvalidToken

PublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

ASYMMETRIC = ("EdDSA", "ES256", "ES512", "RS256", "PS256")

_jws = jwt.PyJWS(algorithms=ASYMMETRIC)


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and the algorithms that it may be used for."""

    id: str | None
    algorithms: frozenset[str]
    material: PublicKey = field(repr=False)

    def check(self, token: CompactToken) -> None:
        """Return if the token's signature holds. Raises `InvalidToken`."""
        if token.algorithm not in self.algorithms:
            raise InvalidToken("the key is not for this algorithm")
        if isinstance(self.material, RSAPublicKey):
            _check_length(token, self.material)
        try:
            _jws.decode_complete(token.text, self.material, algorithms=[token.algorithm])
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise InvalidToken("the signature does not hold") from error


def _check_length(token: CompactToken, key: RSAPublicKey) -> None:
    """A signature is as long as the key's modulus (RFC 8017 §8.1.2), which OpenSSL lets pass."""
    characters = len(token.text) - token.text.rindex(".") - 1
    if characters * 3 // 4 != (key.key_size + 7) // 8:
        raise InvalidToken("the signature is not of the key's length")


class KnownKeys(Keys):
    """Public keys that stay the same while the process lives."""

    generation: Final = 0

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keys = keys

    async def check(self, token: CompactToken) -> None:
        key = find(self._keys, token)
        if key is None:
            raise InvalidToken("no key has this id")
        key.check(token)


def find(keys: Sequence[Key], token: CompactToken) -> Key | None:
    """The key that a token names; for one that names none, the only key for its algorithm."""
    if token.key_id is not None:
        found = [key for key in keys if key.id == token.key_id]
    else:
        found = [key for key in keys if token.algorithm in key.algorithms]
    return found[0] if len(found) == 1 else None
