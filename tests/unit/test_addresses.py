"""Where a request comes from: whose word counts, and what is one subscriber (B01, B02)."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.http.addresses import client_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48"))
CLIENT = "203.0.113.9"

v4 = st.ip_addresses(v=4)
v6 = st.ip_addresses(v=6).filter(lambda a: IPv6Address(a).ipv4_mapped is None)
strangers = v4.filter(lambda a: a not in PROXIES[0])
lines = st.lists(st.text(max_size=60) | st.ip_addresses().map(str), max_size=5)
proxies = st.builds(lambda n: f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", st.integers(0, 2**24 - 1))


@given(strangers.map(str), lines)
def test_B01_a_stranger_is_who_connects_whatever_it_says(peer: str, said: list[str]) -> None:
    assert client_address(peer, said, PROXIES) == peer


@given(st.ip_addresses().map(str), lines)
def test_B01_nobody_is_believed_where_there_are_no_proxies(peer: str, said: list[str]) -> None:
    assert client_address(peer, said, ()) == client_address(peer, (), ())


@given(lines, strangers.map(str), st.lists(proxies, max_size=4), proxies)
def test_B01_the_first_from_the_right_that_is_no_proxy_is_the_client(
    said: list[str], client: str, through: list[str], peer: str
) -> None:
    written = [*said, client, *through]

    assert client_address(peer, [", ".join(written)], PROXIES) == client
    assert client_address(peer, written, PROXIES) == client


@given(st.lists(proxies, max_size=4), proxies)
def test_where_all_are_proxies_the_farthest_is_the_client(through: list[str], peer: str) -> None:
    assert client_address(peer, through, PROXIES) == (through or [peer])[0]


@given(
    lines, proxies, st.sampled_from(["", "unknown", "_hidden", "1.2.3", "a.b.c.d", "\u0661.1.1.1"])
)
def test_B01_what_no_proxy_writes_ends_the_way(said: list[str], peer: str, junk: str) -> None:
    assert client_address(peer, [*said, junk], PROXIES) == peer


@given(v6, st.integers(0, 2**64 - 1))
def test_B02_the_last_64_bits_tell_nothing(address: IPv6Address, last: int) -> None:
    network = int(address) >> 64 << 64
    other = IPv6Address(network | last)
    if other.ipv4_mapped is None:
        assert client_address(str(other), (), ()) == f"{IPv6Address(network)}/64"


@given(v6, v6)
def test_B02_the_first_64_tell_all(one: IPv6Address, other: IPv6Address) -> None:
    same = int(one) >> 64 == int(other) >> 64

    assert (client_address(str(one), (), ()) == client_address(str(other), (), ())) == same


@given(v6)
def test_B02_every_way_of_writing_is_one(address: IPv6Address) -> None:
    written = {address.compressed, address.exploded, address.exploded.upper(), f"[{address}]:443"}

    assert len({client_address(form, (), ()) for form in written}) == 1


@given(v4)
def test_B02_a_mapped_address_is_the_one_it_maps(address: IPv4Address) -> None:
    mapped = IPv6Address(0xFFFF << 32 | int(address))
    written = {str(mapped), mapped.exploded, f"::ffff:{address}", f"::FFFF:{address}"}

    assert {client_address(form, (), ()) for form in written} == {str(address)}


@given(v4, v4)
def test_two_ipv4_addresses_are_two(one: IPv4Address, other: IPv4Address) -> None:
    same = one == other

    assert (client_address(str(one), (), ()) == client_address(str(other), (), ())) == same


@pytest.mark.parametrize(
    "form", [f"{CLIENT}:4711", f" {CLIENT} ", f"[::ffff:{CLIENT}]:4711", f"::ffff:{CLIENT}"]
)
def test_a_proxy_may_write_a_port_too(form: str) -> None:
    assert client_address("10.0.0.1", [form], PROXIES) == CLIENT


@pytest.mark.parametrize("peer", ["::ffff:10.0.0.1", "2001:DB8:FFFF::1", "10.0.0.1"])
def test_a_proxy_is_known_in_every_form(peer: str) -> None:
    assert client_address(peer, [CLIENT], PROXIES) == CLIENT


@pytest.mark.parametrize("scope", ["fe80::1", "fe80::1%eth0", "fe80::2%1"])
def test_the_zone_of_a_link_is_no_part_of_an_address(scope: str) -> None:
    assert client_address(scope, (), ()) == "fe80::/64"


@pytest.mark.parametrize("peer", [None, "", "/run/taskhaven.sock", "unix:"])
def test_who_has_no_address_is_not_told_apart(peer: str | None) -> None:
    assert client_address(peer, [CLIENT], PROXIES) is None
