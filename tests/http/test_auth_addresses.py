"""Who tries too often from one address has to wait, however the address is written (B01, B02)."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import cycle

import pytest
from dependency_injector import providers
from litestar.types import ASGIApp

from application.throttle import BY_AN_ADDRESS
from domain.credentials import Password
from entrypoints.worker import assemble
from tests.http.accounts import PASSWORD, call, log_in, new_email, register
from tests.http.answers import refusal
from tests.http.api import Api, calling_from, container, in_process

FREE = BY_AN_ADDRESS.free
TRIED = (401, "wrong_credentials")
THROTTLED = (429, "too_many_tries")
PROXY = "10.0.0.1"

Forwarded = Callable[[int], str | None]


class Quick:
    """Hashes nothing, so that many tries take no time."""

    async def hash(self, password: Password) -> str:
        return password.text

    async def verify(self, password: Password, kept: str | None) -> bool:
        return password.text == kept

    def outdated(self, kept: str) -> bool:
        return False


@asynccontextmanager
async def serving(**settings: str) -> AsyncIterator[tuple[Api, ASGIApp]]:
    """A Taskhaven that tells addresses apart, unless the settings say otherwise."""
    made = container(**{"RATE_LIMIT": "1200/minute", **settings})
    made.hasher.override(providers.Object(Quick()))
    app = assemble(made)
    async with in_process(made, app) as api:
        yield api, app


async def try_once(app: ASGIApp, peer: str, forwarded: str | None = None) -> tuple[int, str]:
    """Somebody unknown to every account logs in."""
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    body = {"email": new_email(), "password": PASSWORD}
    with calling_from(app, peer) as client:
        return refusal(await call(client, "POST", "/login", body, headers=headers))


async def exhausts(
    app: ASGIApp, peers: Iterator[str], forwarded: Forwarded = lambda _: None
) -> bool:
    """Whether so many tries are too many for an address, or have come from several."""
    tries = [await try_once(app, next(peers), forwarded(n)) for n in range(FREE + 1)]
    assert tries[:FREE] == [TRIED] * FREE
    assert tries[FREE] in {TRIED, THROTTLED}
    return tries[FREE] == THROTTLED


async def test_R11_who_sprays_many_accounts_has_to_wait_and_nobody_else() -> None:
    async with serving() as (api, app):
        ann = await register(api)

        assert await exhausts(app, cycle(["203.0.113.9"]))

        with calling_from(app, "203.0.113.9") as client:
            answer = await log_in(client, ann.email)
            assert refusal(answer) == THROTTLED
            assert 0 < int(answer.headers["retry-after"]) <= 10
            assert await ann.at(client).gets_in()
            assert await ann.at(client).goes_on()
        assert await try_once(app, "203.0.113.8") == TRIED
        assert (await ann.again()).id == ann.id


async def test_R11_who_gets_in_is_not_counted() -> None:
    async with serving() as (api, _):
        ann = await register(api)

        for _ in range(FREE + 10):
            assert (await ann.again()).id == ann.id


async def test_who_registers_is_counted() -> None:
    async with serving() as (api, _):
        for _ in range(FREE):
            await register(api)

        answer = await call(
            api.client, "POST", "/register", {"email": new_email(), "password": PASSWORD}
        )

    assert refusal(answer) == THROTTLED


async def test_R11_fields_that_are_refused_are_not_counted() -> None:
    async with serving() as (api, _):
        for _ in range(FREE + 1):
            answer = await call(api.client, "POST", "/login", {"email": "x", "password": ""})
            assert refusal(answer) == (422, "validation")

        await register(api)


@pytest.mark.parametrize("trusted", ["", "10.0.0.0/8", "203.0.113.8,::1"])
async def test_B01_what_a_client_says_of_its_address_is_not_believed(trusted: str) -> None:
    async with serving(TRUSTED_PROXIES=trusted) as (_, app):
        assert await exhausts(app, cycle(["203.0.113.9"]), lambda n: f"198.51.100.{n}")


async def test_B01_nor_is_any_other_header() -> None:
    names = ["forwarded", "x-real-ip", "x-forwarded-host", "cf-connecting-ip", "true-client-ip"]
    async with serving(TRUSTED_PROXIES=PROXY) as (_, app):
        verdict = (0, "")
        with calling_from(app, PROXY) as client:
            for n in range(FREE + 1):
                said = dict.fromkeys(names, f"198.51.100.{n}") | {
                    "forwarded": f"for=198.51.100.{n}"
                }
                body = {"email": new_email(), "password": PASSWORD}
                verdict = refusal(await call(client, "POST", "/login", body, headers=said))

    assert verdict == THROTTLED


@pytest.mark.parametrize("trusted", [PROXY, "10.0.0.0/8", f"192.0.2.1,{PROXY}", "0.0.0.0/0,::/0"])
async def test_B01_what_a_trusted_proxy_says_is(trusted: str) -> None:
    async with serving(TRUSTED_PROXIES=trusted) as (_, app):
        assert not await exhausts(app, cycle([PROXY]), lambda n: f"198.51.100.{n}")


@pytest.mark.parametrize("proxies", ["", ", 10.9.9.9", ",10.9.9.9 , 10.8.8.8:4711"])
async def test_B01_and_only_what_it_says_itself(proxies: str) -> None:
    async with serving(TRUSTED_PROXIES="10.0.0.0/8") as (_, app):
        assert await exhausts(app, cycle([PROXY]), lambda n: f"192.0.2.{n}, 198.51.100.7{proxies}")


async def test_B02_a_network_of_64_bits_is_one_subscriber() -> None:
    forms = (f"2001:db8:1:2:{n:x}::{n:X}" for n in range(FREE + 1))
    async with serving() as (_, app):
        assert await exhausts(app, forms)

        assert await try_once(app, "2001:0DB8:0001:0002:0000:0000:0000:0001") == THROTTLED
        assert await try_once(app, "2001:db8:1:3::1") == TRIED


async def test_B02_an_ipv4_address_is_itself_in_ipv6_too() -> None:
    async with serving() as (_, app):
        assert await exhausts(app, cycle(["203.0.113.9", "::ffff:203.0.113.9", "::FFFF:CB00:7109"]))

        assert await try_once(app, "::ffff:203.0.113.8") == TRIED


async def test_off_counts_no_addresses() -> None:
    async with serving(RATE_LIMIT="off") as (api, app):
        ann = await register(api)

        assert not await exhausts(app, cycle(["203.0.113.9"]))
        for _ in range(5):
            assert refusal(await log_in(api.client, ann.email, "x")) == TRIED
        assert refusal(await log_in(api.client, ann.email)) == THROTTLED
