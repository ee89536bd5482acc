"""Tokens in their compact form (RFC 7515 §3.1, RFC 7519): made, and taken apart before anything in
them is believed.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from application.errors import InvalidToken

_LONGEST = 8 * 1024  # characters, checked before anything is decoded
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
_TYPES = frozenset({"JWT", "AT+JWT"})  # an ID or refresh token says that it is one
_FOREIGN = frozenset({"crit", "b64", "zip", "cty"})  # say that the payload is not plain claims
_LONGEST_KID = 128


@dataclass(frozen=True, slots=True)
class CompactToken:
    """A token whose form is right. Nothing is known yet of whether its signature holds.

    `type_` is in capitals. Headers that carry keys, or say where to find some, are not even read.
    """

    text: str = field(repr=False)
    algorithm: str
    key_id: str | None
    type_: str
    claims: Mapping[str, Any] = field(repr=False)

    @property
    def issuer(self) -> object:
        """Who the token says it is from."""
        return self.claims.get("iss")


def parse(token: str) -> CompactToken:
    """The token as its parts. Raises `InvalidToken`."""
    match = _COMPACT.fullmatch(token) if len(token) <= _LONGEST else None
    if match is None:
        raise InvalidToken("not a compact JWS of at most 8 KiB")
    header = _object(match[1], "header")
    if not _FOREIGN.isdisjoint(header):
        raise InvalidToken("the header asks for more than claims that are signed")
    algorithm, type_, key_id = header.get("alg"), header.get("typ", "JWT"), header.get("kid")
    if not isinstance(algorithm, str):
        raise InvalidToken("alg is not a name")
    if not isinstance(type_, str) or type_.upper() not in _TYPES:
        raise InvalidToken("typ is not that of an access token")
    if "kid" in header and not _is_key_id(key_id):
        raise InvalidToken("kid is not a short name")
    return CompactToken(token, algorithm, key_id, type_.upper(), _object(match[2], "payload"))


def compact(
    header: Mapping[str, Any], claims: Mapping[str, Any], sign: Callable[[bytes], bytes]
) -> str:
    """The token whose signature `sign` makes."""
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in (header, claims))
    signed = ".".join(map(encoded, parts))
    return f"{signed}.{encoded(sign(signed.encode()))}"


def encoded(raw: bytes) -> str:
    """Bytes in base64url without padding (RFC 7515 §2)."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _is_key_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_KID and value.isprintable()


def _object(segment: str, name: str) -> dict[str, Any]:
    try:
        raw = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
        value = json.loads(raw.decode())
    except (ValueError, RecursionError) as error:
        raise InvalidToken(f"the {name} is not JSON in UTF-8") from error
    if not isinstance(value, dict) or encoded(raw) != segment:
        raise InvalidToken(f"the {name} is not an object in canonical base64url")
    return value
