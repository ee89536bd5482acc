"""How much somebody may ask, and who stands between them and us."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias

from application.limits import Rate

Network: TypeAlias = IPv4Network | IPv6Network

_RATE = re.compile(r"([1-9][0-9]{0,8})/(second|minute|hour)")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}


DEFAULT_RATE = Rate(1200, 60)
"""More than people or their apps ask; somebody who polls without end is slowed down."""


def read_rate(text: str) -> Rate | None:
    """A rate, none for `off`. Raises `ValueError`, saying what it must be."""
    if text.lower() == "off":
        return None
    match = _RATE.fullmatch(text.replace(" ", "").lower())
    if match is None:
        raise ValueError("must be off, or a rate such as 1200/minute (second, minute or hour)")
    return Rate(int(match[1]), _SECONDS[match[2]])


def networks(text: str) -> tuple[Network, ...]:
    """The networks in a comma-separated list. Raises `ValueError`."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("must be addresses or networks, such as 10.0.0.0/8,::1") from None
