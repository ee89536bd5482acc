"""Verifiers of issuers with key pairs, and what they make of tokens."""

from collections.abc import Callable, Mapping
from datetime import datetime

from adapters.tokens.claims import Expected
from adapters.tokens.issuers import Issuer
from adapters.tokens.key_set import read_key_set
from adapters.tokens.public_keys import KnownKeys
from adapters.tokens.verifier import JwtVerifier
from application.errors import InvalidToken
from domain.owner import Actor
from tests.key_pairs import ALGORITHMS, KeyPair, key_set
from tests.tokens import NOW, RESERVED, SECONDS

ISSUER, AUDIENCE = "https://id.example.org", "https://tasks.example.org"
CLAIMS: Mapping[str, object] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "alice",
    "iat": SECONDS,
    "exp": SECONDS + 900,
}


class Verifier:
    """Verifies tokens of these issuers, all of whose keys are known, at `now`."""

    def __init__(self, *issuers: Issuer, now: Callable[[], datetime] = lambda: NOW) -> None:
        self.port = JwtVerifier(issuers, now, reserved=RESERVED)

    def verify(self, token: str) -> Actor:
        """Who the token speaks for. The keys are at hand, so nothing is ever waited for."""
        try:
            self.port.verify(token).send(None)
        except StopIteration as finished:
            actor: Actor = finished.value
            return actor
        raise AssertionError("the verifier waited")

    def refuses(self, token: str) -> bool:
        """Whether the token is refused; it is an error if it is refused in another way."""
        try:
            self.verify(token)
        except InvalidToken:
            return True
        return False


def publishing(
    *keys: KeyPair | Mapping[str, object],
    realm: str = "",
    iss: str = ISSUER,
    algorithms: tuple[str, ...] = ALGORITHMS,
) -> Issuer:
    """An issuer whose key set holds these keys: pairs as Better Auth writes them, or JWKs."""
    known = KnownKeys(read_key_set(key_set(*keys)))
    return Issuer(realm, Expected(iss, (AUDIENCE,)), frozenset(algorithms), known)


def claims(**others: object) -> dict[str, object]:
    """Good claims but for these."""
    return {**CLAIMS, **others}
