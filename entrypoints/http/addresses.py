"""Where a request comes from, as far as that can be believed."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias

from entrypoints.http.incoming import Incoming
from entrypoints.settings.limits import Network

Address: TypeAlias = IPv4Address | IPv6Address

_FORWARDED = b"x-forwarded-for"
_LONGEST_KEPT = 200  # characters of what anybody may have made up
_MOST_HOPS = 20
_SUBSCRIBER = 64  # bits of an IPv6 address that tell who it is; the rest changes at will


def address_of(incoming: Incoming, proxies: Sequence[Network]) -> str | None:
    """The address of the client of a request."""
    client = incoming.scope.get("client")
    peer = client[0] if client else None
    lines = incoming.header(_FORWARDED) if proxies else ()
    if sum(map(len, lines)) > _LONGEST_KEPT:
        return client_address(peer, lines, proxies)
    return _client_address(peer, tuple(lines), tuple(proxies))


def client_address(
    peer: str | None, forwarded: Iterable[str], proxies: Sequence[Network]
) -> str | None:
    """The address of the client, in one way of writing it; of IPv6 its /64.

    `forwarded` are the lines of `X-Forwarded-For`. They count only as far as `proxies` wrote them:
    from the right, the first address that is not a proxy's is the client's.
    """
    address = _read(peer or "")
    if address is None:
        return None
    hops = [hop for line in forwarded for hop in line.split(",")][-_MOST_HOPS:]
    while hops and any(address in network for network in proxies):
        behind = _read(hops.pop())
        if behind is None:
            break  # whoever wrote that, it was no proxy of ours
        address = behind
    return _written(address)


_client_address = lru_cache(4096)(client_address)


def _read(text: str) -> Address | None:
    """An address, perhaps with a port, as proxies write it."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _written(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, _SUBSCRIBER), strict=False))
