"""Issuers of tokens, as the settings name them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import urlsplit

from domain.owner import OWN

ALGORITHMS = ("EdDSA", "ES256", "ES512", "RS256", "PS256")
"""All that a key set may be used with; a secret signs HS256."""

OWN_ISSUER = "urn:taskhaven"
"""The `iss` of the tokens that this service issues itself, which no other issuer can have."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLAIN = re.compile(r"[!-~]+")  # visible ASCII
_MEMBERS = {"name", "issuer", "audiences", "jwks_url", "algorithms"}


@dataclass(frozen=True, slots=True)
class KeySetIssuer:
    """An issuer whose public keys are at `jwks_url`.

    `name` is part of its users' owner keys, unless it is the first issuer: it must never change.
    """

    name: str
    issuer: str
    jwks_url: str
    audiences: tuple[str, ...] = ()
    algorithms: tuple[str, ...] = ALGORITHMS

    @classmethod
    def read(cls, member: object) -> Self:
        """From an element of JWT_ISSUERS. Raises `ValueError`, saying what it must be."""
        if not isinstance(member, dict) or not member.keys() <= _MEMBERS:
            raise ValueError(f"must hold objects with {', '.join(sorted(_MEMBERS))} only")
        for required in ("name", "issuer", "jwks_url"):
            if not isinstance(member.get(required), str) or not member[required]:
                raise ValueError(f"must give each issuer a {required}")
        if not _NAME.fullmatch(member["name"]) or member["name"] == OWN:
            raise ValueError(
                f"must give each issuer a name of letters, digits, - and _, other than {OWN}"
            )
        return cls(
            name=member["name"],
            issuer=member["issuer"],
            jwks_url=key_set_url(member["jwks_url"]),
            audiences=_strings(member, "audiences"),
            algorithms=_known(_strings(member, "algorithms")) or ALGORITHMS,
        )


def read_issuers(text: str) -> tuple[KeySetIssuer, ...]:
    """The issuers in a JSON array. Raises `ValueError`, saying what it must be."""
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("must be JSON") from None
    if not isinstance(members, list):
        raise ValueError("must be a JSON array of issuers")
    issuers = tuple(KeySetIssuer.read(member) for member in members)
    refuse_equal(issuers)
    return issuers


def refuse_equal(issuers: Sequence[KeySetIssuer]) -> None:
    """Raises `ValueError` if two issuers have a name or an `iss` in common, or one has ours."""
    for values in ([i.name for i in issuers], [i.issuer for i in issuers]):
        if len({*values}) < len(values):
            raise ValueError("must give each issuer a name and an iss of its own")
    if any(i.issuer == OWN_ISSUER for i in issuers):
        raise ValueError(f"must not name {OWN_ISSUER}, which is this service itself")


def key_set_url(text: str) -> str:
    """Where a key set is. Raises `ValueError`: it must not be possible to change it on the way."""
    try:
        parts = urlsplit(text if _PLAIN.fullmatch(text) else "")
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    plain = parts.scheme == "http" and _is_this_machine(host)
    if not host or not (parts.scheme == "https" or plain) or parts.username is not None:
        raise ValueError("must be an https:// address (http:// on this machine only)")
    return text


def names(text: str) -> tuple[str, ...]:
    """The names in a comma-separated list. Raises `ValueError` if it has none."""
    found = tuple(name.strip() for name in text.split(",") if name.strip())
    if not found:
        raise ValueError("must name at least one, or be left out")
    return found


def algorithms(text: str) -> tuple[str, ...]:
    """The algorithms in a comma-separated list, HS256 included. Raises `ValueError`."""
    return ("HS256",) if names(text) == ("HS256",) else _known(names(text))


def _known(chosen: tuple[str, ...]) -> tuple[str, ...]:
    if not {*chosen} <= {*ALGORITHMS}:
        raise ValueError(f"must be HS256 alone, with a secret, or some of {', '.join(ALGORITHMS)}")
    return chosen


def _strings(member: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = member.get(name, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise ValueError(f"must give {name} as an array of strings")
    return tuple(value)


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
