"""Keys that signatures are checked with, and the kind that both sides have: a shared secret."""

import hmac
from abc import abstractmethod
from typing import Final, Protocol

from adapters.tokens.compact import CompactToken, encoded
from application.errors import InvalidToken

SYMMETRIC = "HS256"


class Keys(Protocol):
    """An issuer's keys."""

    @property
    @abstractmethod
    def generation(self) -> int:
        """Another number whenever they have changed, or can no longer be relied on."""

    @abstractmethod
    async def check(self, token: CompactToken) -> None:
        """Return if the signature is that of one of the keys.

        Raises `InvalidToken` and `KeysUnavailable`.
        """


class SecretKeys(Keys):
    """Shared secrets: the one that signs now, and perhaps the one before. Key ids say nothing."""

    generation: Final = 0

    def __init__(self, *secrets: bytes) -> None:
        self._secrets = secrets

    async def check(self, token: CompactToken) -> None:
        if token.algorithm != SYMMETRIC:
            raise InvalidToken("a secret is not for this algorithm")
        signed, _, signature = token.text.rpartition(".")
        for secret in self._secrets:
            if hmac.compare_digest(encoded(mac(secret, signed.encode())), signature):
                return
        raise InvalidToken("the signature does not hold")


def mac(secret: bytes, message: bytes) -> bytes:
    """The signature of a message (RFC 7518 §3.2)."""
    return hmac.digest(secret, message, "sha256")
