"""`TokenVerifier` for any number of issuers."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from adapters.tokens.claims import Validity, validity_of
from adapters.tokens.compact import CompactToken, parse
from adapters.tokens.issuers import Issuer
from application.errors import InvalidToken
from application.identity import TokenVerifier
from application.ports import Clock
from domain.owner import Actor

_REMEMBERED = 10_000  # tokens; some 5 MB


@dataclass(frozen=True, slots=True)
class _Verified:
    """What was found of a token, for as long as its issuer's keys are of that generation."""

    actor: Actor
    validity: Validity
    issuer: Issuer
    generation: int


class JwtVerifier(TokenVerifier):
    """Finds a token's issuer by its `iss`; an issuer that expects none takes what is left.

    A token that was accepted is remembered by its digest, so that its signature is checked once;
    its dates are checked each time. One that was refused is not remembered. `reserved` is our own
    `iss`, which nobody else's token may have.
    """

    def __init__(self, issuers: Sequence[Issuer], now: Clock, *, reserved: str) -> None:
        self._named = {issuer.expected.issuer: issuer for issuer in issuers}
        self._unnamed = self._named.pop(None, None)
        self._reserved = reserved
        self._now = now
        self._remembered: OrderedDict[bytes, _Verified] = OrderedDict()

    async def verify(self, token: str) -> Actor:
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        verified = self._recall(digest)
        if verified is None:
            verified = await self._verify(parse(token))
            self._remember(digest, verified)
        else:
            verified.validity.check(self._now().timestamp())
        return verified.actor

    async def _verify(self, token: CompactToken) -> _Verified:
        issuer = self._issuer(token)
        validity = validity_of(token.claims)
        validity.check(self._now().timestamp())
        actor = await issuer.actor(token)
        return _Verified(actor, validity, issuer, issuer.keys.generation)

    def _issuer(self, token: CompactToken) -> Issuer:
        name = token.issuer
        named = self._named.get(name) if isinstance(name, str) else None
        if named is not None:
            return named
        if self._unnamed is None or name == self._reserved:
            raise InvalidToken("iss is not an issuer")
        return self._unnamed

    def _recall(self, digest: bytes) -> _Verified | None:
        verified = self._remembered.get(digest)
        if verified is None:
            return None
        if verified.generation != verified.issuer.keys.generation:
            del self._remembered[digest]
            return None
        self._remembered.move_to_end(digest)
        return verified

    def _remember(self, digest: bytes, verified: _Verified) -> None:
        self._remembered[digest] = verified
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
