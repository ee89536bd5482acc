"""A real Better Auth that changes its keys, or is away (catalogue T27, T28, T29)."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from adapters.tokens import fetched_keys
from tests.better_auth.server import BetterAuth
from tests.better_auth.service import Service, settings_for, taskhaven
from tests.ports import free_port


async def comes_to(service: Service, status: int, token: str) -> None:
    """Wait until the token is answered so."""
    async with asyncio.timeout(20):
        while await service.status(token) != status:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def test_T27_a_new_key_is_good_at_once_and_the_old_one_while_it_is_published(
    better_auth: BetterAuth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetched_keys, "_COOL_DOWN", 0.0)
    async with taskhaven(**settings_for(better_auth)) as service:
        old = better_auth.sign_up("alice")
        assert await service.status(old) == 200

        better_auth.rotate()

        assert await service.status(better_auth.token()) == 200
        assert await service.status(old) == 200


async def test_T28_a_key_that_was_removed_is_refused_once_the_set_is_fetched_again(
    better_auth: BetterAuth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetched_keys, "_EVERY", 0.05)
    async with taskhaven(**settings_for(better_auth)) as service:
        old = better_auth.sign_up("alice")
        assert [await service.status(old) for _ in range(2)] == [200, 200]
        better_auth.rotate()
        new = better_auth.token()
        await comes_to(service, 200, new)
        assert await service.status(old) == 200

        better_auth.remove_old_keys()

        await comes_to(service, 401, old)
        assert await service.status(new) == 200


async def test_T29_users_go_on_while_their_better_auth_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetched_keys, "_EVERY", 0.05)
    monkeypatch.setattr(fetched_keys, "_TRY_AGAIN", 0.05)
    async with AsyncExitStack() as stack:
        with BetterAuth() as better_auth:
            service = await stack.enter_async_context(taskhaven(**settings_for(better_auth)))
            alice, bob = (better_auth.sign_up(name) for name in ("alice", "bob"))
            assert await service.status(alice) == 200

        await asyncio.sleep(0.2)

        assert [await service.status(token) for token in (alice, bob)] == [200, 200]


async def test_T29_a_better_auth_that_comes_up_later_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetched_keys, "_COLD_COOL_DOWN", 0.0)
    port = free_port()
    with BetterAuth(port=port) as better_auth:
        settings = settings_for(better_auth)
        before = better_auth.sign_up("alice")

    async with taskhaven(**settings) as service:
        assert await service.status(before) == 503

        with BetterAuth(port=port) as again:
            assert again.url == settings["JWT_ISSUER"]
            assert await service.status(again.sign_up("alice")) == 200
            assert await service.status(before) == 401
