"""What the claims of a token must be, whoever signed it (contract §8)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from application.errors import InvalidToken
from domain.errors import InvalidOwner
from domain.owner import Actor, Owner

LEEWAY = 30  # seconds by which clocks may differ
_LAST_DATE = 2**53  # a NumericDate beyond is no whole number in JSON's arithmetic


@dataclass(frozen=True, slots=True)
class Expected:
    """What an issuer's tokens must say: `iss` and `aud` are checked where they are given."""

    issuer: str | None = None
    audience: str | None = None


def parse_claims(payload: bytes) -> dict[str, Any]:
    """The claims of a payload whose signature was verified. Raises `InvalidToken`."""
    try:
        claims = json.loads(payload.decode())
    except (ValueError, RecursionError) as error:
        raise InvalidToken("the payload is not JSON in UTF-8") from error
    if not isinstance(claims, dict):
        raise InvalidToken("the payload is not an object")
    return claims


def actor_of(claims: Mapping[str, Any], expected: Expected, *, now: float) -> Actor:
    """Who the claims speak for at `now`, in seconds since 1970. Raises `InvalidToken`."""
    _check_times(claims, now)
    if expected.issuer is not None and claims.get("iss") != expected.issuer:
        raise InvalidToken("iss is not the issuer")
    if expected.audience is not None and not _names(claims.get("aud"), expected.audience):
        raise InvalidToken("aud does not name this service")
    subject = claims.get("sub")
    if not isinstance(subject, str):
        raise InvalidToken("sub is not a string")
    try:
        return Actor(Owner(subject))
    except InvalidOwner as error:
        raise InvalidToken("sub is not of the form allowed") from error


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    if "exp" not in claims:
        raise InvalidToken("exp is missing")
    if _date(claims, "exp") + LEEWAY <= now:
        raise InvalidToken("expired")
    for name in ("nbf", "iat"):
        if name in claims and _date(claims, name) - LEEWAY > now:
            raise InvalidToken(f"{name} lies in the future")


def _date(claims: Mapping[str, Any], name: str) -> float:
    value = claims[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not abs(value) <= _LAST_DATE:  # which NaN is not either
        raise InvalidToken(f"{name} is not a NumericDate")
    return float(value)


def _names(audience: object, expected: str) -> bool:
    if isinstance(audience, list):
        return all(isinstance(name, str) for name in audience) and expected in audience
    return audience == expected
