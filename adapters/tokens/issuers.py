"""Who may issue tokens, and what is demanded of theirs."""

from dataclasses import dataclass
from uuid import UUID

from adapters.tokens.claims import Expected, owner_of
from adapters.tokens.compact import CompactToken
from adapters.tokens.keys import SYMMETRIC, Keys
from application.errors import InvalidToken
from domain.owner import OWN, Actor

_OWN_TYPE = "AT+JWT"  # RFC 9068 §2.1


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer of tokens, whose users are the owners of `realm`.

    `algorithms` are all symmetric or all asymmetric, never both (RFC 8725 §3.1).
    """

    realm: str
    expected: Expected
    algorithms: frozenset[str]
    keys: Keys

    def __post_init__(self) -> None:
        if SYMMETRIC in self.algorithms and len(self.algorithms) > 1:
            raise ValueError("symmetric and asymmetric algorithms must not be mixed")

    async def actor(self, token: CompactToken) -> Actor:
        """Who a token of theirs speaks for. Raises `InvalidToken` and `KeysUnavailable`."""
        if token.algorithm not in self.algorithms:
            raise InvalidToken("alg is not one of the issuer's")
        await self.keys.check(token)
        owner = owner_of(token.claims, self.realm, self.expected)
        if self.realm != OWN:
            return Actor(owner)
        if token.type_ != _OWN_TYPE:
            raise InvalidToken("typ is not that of our access tokens")
        return Actor(owner, _session(token))


def _session(token: CompactToken) -> UUID:
    try:
        return UUID(str(token.claims["sid"]))
    except (KeyError, ValueError):
        raise InvalidToken("sid is not a session") from None
