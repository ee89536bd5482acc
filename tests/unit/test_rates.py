"""Rates and networks as settings write them."""

from contextlib import suppress
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.limits import Rate
from entrypoints.settings.limits import DEFAULT_RATE, networks, read_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("1200/minute", Rate(1200, 60)),
        ("1/second", Rate(1, 1)),
        ("999999999/hour", Rate(999_999_999, 3600)),
        (" 10 / Minute ", Rate(10, 60)),
        ("10/SECOND", Rate(10, 1)),
        ("off", None),
        ("OFF", None),
    ],
)
def test_a_rate_is_so_many_in_a_while(text: str, rate: Rate | None) -> None:
    assert read_rate(text) == rate


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "0/minute", "-1/minute", "+1/minute", "01/minute", "1.5/minute", "1e3/minute"),
        *("1000000000/minute", "10/day", "10/minutes", "10 per minute", "/minute", "10/", "minute"),
        *("10/minute/second", "１０/minute", "on", "none", "canary", "10/minute\ncanary"),
    ],
)
def test_nothing_else_is_a_rate(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must be off, or a rate such as") as raised:
        read_rate(text)
    assert "canary" not in str(raised.value)


def test_by_default_people_are_not_slowed_down() -> None:
    assert Rate(1200, 60) == DEFAULT_RATE


def test_networks_stand_between_commas() -> None:
    read = networks("10.0.0.0/8, ::1,127.0.0.1,, 2001:db8::/32 ")

    assert read == tuple(map(ip_network, ("10.0.0.0/8", "::1", "127.0.0.1", "2001:db8::/32")))
    assert networks(" , ") == ()


@pytest.mark.parametrize(
    "text",
    ["canary", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/8 ::1", "*", "localhost", "10.0.0", "1;::1"],
)
def test_nothing_else_is_a_network(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must be addresses or networks") as raised:
        networks(f"::1,{text}")
    assert "canary" not in str(raised.value)


@given(st.text())
def test_any_text_is_read_or_a_ValueError(text: str) -> None:
    for read in (read_rate, networks):
        with suppress(ValueError):
            read(text)
