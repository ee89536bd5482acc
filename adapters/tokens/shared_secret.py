"""`TokenVerifier` and `TokenSigner` with one HS256 secret, shared with the identity provider."""

import re
from datetime import datetime

import jwt

from adapters.tokens.claims import Expected, actor_of, parse_claims
from application.errors import InvalidToken
from application.ports import Clock, TokenSigner, TokenVerifier
from domain.owner import Actor, Owner

_ALGORITHM = "HS256"
_LONGEST = 8 * 1024  # characters, checked before anything is decoded
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_TYPES = frozenset({"JWT", "AT+JWT"})  # an ID or refresh token says that it is one
_FOREIGN = frozenset({"crit", "b64", "zip", "cty"})  # say that the payload is not plain claims


class SharedSecretTokens(TokenVerifier, TokenSigner):
    """Accepts HS256 and nothing else; signs what it accepts."""

    def __init__(self, secret: str, expected: Expected, now: Clock) -> None:
        self._key = secret.encode("utf-8", "surrogateescape")  # bytes as the environment had them
        self._expected = expected
        self._now = now
        self._jws = jwt.PyJWS(algorithms=[_ALGORITHM])

    def verify(self, token: str) -> Actor:
        if len(token) > _LONGEST or not _COMPACT.fullmatch(token):
            raise InvalidToken("not a compact JWS of at most 8 KiB")
        try:
            verified = self._jws.decode_complete(token, self._key, algorithms=[_ALGORITHM])
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
            raise InvalidToken("the signature does not hold") from error
        header = verified["header"]
        if not _FOREIGN.isdisjoint(header):
            raise InvalidToken("the header asks for more than claims that are signed")
        type_ = header.get("typ", "JWT")
        if not isinstance(type_, str) or type_.upper() not in _TYPES:
            raise InvalidToken("typ is not that of an access token")
        claims = parse_claims(verified["payload"])
        return actor_of(claims, self._expected, now=self._now().timestamp())

    def sign(self, owner: Owner, *, expires_at: datetime) -> str:
        claims: dict[str, object] = {
            "sub": owner.subject,
            "iat": int(self._now().timestamp()),
            "exp": int(expires_at.timestamp()),
        }
        if self._expected.issuer is not None:
            claims["iss"] = self._expected.issuer
        if self._expected.audience is not None:
            claims["aud"] = self._expected.audience
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)
