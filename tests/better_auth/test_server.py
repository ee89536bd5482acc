"""What the other tests take for granted of Better Auth's tokens and keys."""

from collections.abc import Callable
from typing import Any

import httpx2
import jwt
import pytest

from tests.better_auth.server import Algorithm, BetterAuth


def verified(token: str, better_auth: BetterAuth) -> dict[str, Any]:
    """The claims of a token that a published key has signed."""
    keys = {key["kid"]: key for key in better_auth.published_keys()}
    claims: dict[str, Any] = jwt.decode(
        token,
        jwt.PyJWK(keys[kid(token)], better_auth.algorithm),
        algorithms=[better_auth.algorithm],
        issuer=better_auth.issuer,
        audience=better_auth.audience,
    )
    return claims


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def published(better_auth: BetterAuth) -> set[str]:
    return {key["kid"] for key in better_auth.published_keys()}


def test_a_token_names_its_key_its_server_and_its_user(better_auth: BetterAuth) -> None:
    tokens = [better_auth.sign_up("alice") for _ in range(2)]

    for token in tokens:
        assert jwt.get_unverified_header(token) == {
            "alg": better_auth.algorithm,
            "kid": kid(token),
        }
    alice, namesake = (verified(token, better_auth) for token in tokens)
    assert alice["iss"] == alice["aud"] == better_auth.url
    assert alice["exp"] - alice["iat"] == 15 * 60
    assert alice["sub"] != namesake["sub"]
    assert len(alice["sub"]) == 32


def test_after_a_rotation_another_key_signs_and_the_old_one_is_published_until_it_is_removed(
    better_auth: BetterAuth,
) -> None:
    old = better_auth.sign_up("alice")

    better_auth.rotate()

    new = better_auth.token()
    assert kid(new) != kid(old)
    assert verified(new, better_auth)["sub"] == verified(old, better_auth)["sub"]

    better_auth.remove_old_keys()

    assert published(better_auth) == {kid(new)}
    assert kid(better_auth.token()) == kid(new)


def test_keys_that_were_removed_stay_away(better_auth: BetterAuth) -> None:
    first = kid(better_auth.sign_up("alice"))
    better_auth.rotate()
    better_auth.remove_old_keys()
    second = kid(better_auth.token())
    better_auth.rotate()

    assert published(better_auth) == {second, kid(better_auth.token())}
    assert first not in published(better_auth)


def test_it_ends_with_the_block(
    better_auth_signing: Callable[[Algorithm], BetterAuth],
) -> None:
    with BetterAuth() as better_auth:
        assert better_auth.url != better_auth_signing("EdDSA").url

    with pytest.raises(httpx2.ConnectError):
        httpx2.get(better_auth.jwks_url, verify=False)
