"""What the claims of a token must be, whoever signed it (contract §8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from application.errors import InvalidToken
from domain.errors import InvalidOwner
from domain.owner import Owner

LEEWAY = 30  # seconds by which clocks may differ
_LAST_DATE = 2**53  # a NumericDate beyond is no whole number in JSON's arithmetic


@dataclass(frozen=True, slots=True)
class Expected:
    """What an issuer's tokens must say: `iss` is checked where it is given, and so is `aud`, which
    must name one of the audiences."""

    issuer: str | None = None
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Validity:
    """When a token holds, in seconds since 1970: from the latest of its dates to its expiry."""

    since: float
    until: float

    def check(self, now: float) -> None:
        """Return if it holds at `now`. Raises `InvalidToken`."""
        if self.until + LEEWAY <= now:
            raise InvalidToken("expired")
        if self.since - LEEWAY > now:
            raise InvalidToken("not valid yet")


def validity_of(claims: Mapping[str, Any]) -> Validity:
    """When a token of these claims holds. Raises `InvalidToken`."""
    if "exp" not in claims:
        raise InvalidToken("exp is missing")
    starts = [_date(claims, name) for name in ("nbf", "iat") if name in claims]
    return Validity(max(starts, default=float("-inf")), _date(claims, "exp"))


def owner_of(claims: Mapping[str, Any], realm: str, expected: Expected) -> Owner:
    """Who the claims speak for, once they meet what is expected. Raises `InvalidToken`."""
    if expected.issuer is not None and claims.get("iss") != expected.issuer:
        raise InvalidToken("iss is not the issuer")
    if expected.audiences and not _names(claims.get("aud"), expected.audiences):
        raise InvalidToken("aud does not name this service")
    subject = claims.get("sub")
    if not isinstance(subject, str):
        raise InvalidToken("sub is not a string")
    try:
        return Owner(subject, realm)
    except InvalidOwner as error:
        raise InvalidToken("sub is not of the form allowed") from error


def _date(claims: Mapping[str, Any], name: str) -> float:
    value = claims[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not abs(value) <= _LAST_DATE:  # which NaN is not either
        raise InvalidToken(f"{name} is not a NumericDate")
    return float(value)


def _names(audience: object, expected: tuple[str, ...]) -> bool:
    if isinstance(audience, list):
        every = all(isinstance(name, str) for name in audience)
        return every and not set(audience).isdisjoint(expected)
    return isinstance(audience, str) and audience in expected
