"""The Better Auths of the whole run: one of every algorithm, each started when first asked for."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.better_auth.server import ALGORITHMS, Algorithm, BetterAuth


@pytest.fixture(scope="session")
def better_auth_signing() -> Iterator[Callable[[Algorithm], BetterAuth]]:
    """The one server of an algorithm that all tests share."""
    missing = BetterAuth.missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    servers: dict[Algorithm, BetterAuth] = {}
    with ExitStack() as stack:

        def find(algorithm: Algorithm) -> BetterAuth:
            if algorithm not in servers:
                servers[algorithm] = stack.enter_context(BetterAuth(algorithm))
            return servers[algorithm]

        yield find


@pytest.fixture(params=ALGORITHMS)
def better_auth(
    request: pytest.FixtureRequest, better_auth_signing: Callable[[Algorithm], BetterAuth]
) -> BetterAuth:
    """A server of every algorithm in turn."""
    return better_auth_signing(request.param)
