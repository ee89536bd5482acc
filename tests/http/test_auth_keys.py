"""Others can verify our tokens with the key set that we publish, when we sign with a key pair."""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.http.accounts import AUTH, Member, call, register
from tests.http.answers import named, refusal
from tests.http.api import SECRET, Api, container, in_process
from tests.key_pairs import pem

PAIRS: dict[str, Any] = {
    "EdDSA": Ed25519PrivateKey.generate,
    "ES256": lambda: generate_private_key(SECP256R1()),
}
MEMBERS = {"EdDSA": {"kty", "crv", "x"}, "ES256": {"kty", "crv", "x", "y"}}


async def key_set(api: Api) -> list[dict[str, str]]:
    answer = await api.client.get(f"{AUTH}/jwks")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert list(answer.json()) == ["keys"]
    keys: list[dict[str, str]] = answer.json()["keys"]
    return keys


@pytest.mark.parametrize("algorithm", PAIRS)
async def test_a_token_fits_the_published_key_that_it_names(algorithm: str) -> None:
    async with in_process(container(SIGNING_KEY=pem(PAIRS[algorithm]()))) as api:
        ann = await register(api)
        (key,) = await key_set(api)

        got_in = await ann.gets_in()

    assert key.keys() == MEMBERS[algorithm] | {"kid", "alg", "use"}
    assert (key["alg"], key["use"]) == (algorithm, "sig")
    assert jwt.get_unverified_header(ann.token) == {
        "alg": algorithm,
        "typ": "at+jwt",
        "kid": key["kid"],
    }
    assert jwt.decode(ann.token, jwt.PyJWK(key), [algorithm])["sub"] == ann.id
    assert got_in


async def test_the_key_before_is_published_too_and_still_fits() -> None:
    old, new = (pem(Ed25519PrivateKey.generate()) for _ in range(2))

    async with in_process(container(SIGNING_KEY=old)) as api:
        (before,) = await key_set(api)
    async with in_process(container(SIGNING_KEY=new, SIGNING_KEY_PREVIOUS=old)) as api:
        newest, kept = await key_set(api)

    assert kept == before
    assert newest != before


async def test_a_secret_is_not_published(memory_api: Api) -> None:
    assert await key_set(memory_api) == []


async def test_T06_with_a_key_pair_the_secret_signs_no_token_of_ours() -> None:
    async with in_process(container(SIGNING_KEY=pem(Ed25519PrivateKey.generate()))) as api:
        ann = await register(api)
        claims = jwt.decode(ann.token, options={"verify_signature": False})
        forged = jwt.encode(claims, SECRET, headers={"typ": "at+jwt"})

        answer = await call(api.client, "GET", "/me", token=forged)

    assert refusal(answer) == (401, "unauthorized")


async def test_T17_nor_does_a_token_of_another_type_get_in(memory_api: Api) -> None:
    ann = await register(memory_api)
    claims = jwt.decode(ann.token, options={"verify_signature": False})

    for type_ in ("JWT", "refresh+jwt", "id+jwt", None):
        forged = jwt.encode(claims, SECRET, headers={"typ": type_})
        answer = await call(memory_api.client, "GET", "/me", token=forged)
        assert refusal(answer) == (401, "unauthorized")

    without = {name: value for name, value in claims.items() if name != "sid"}
    for claimed in (without, {**claims, "sid": 1}, {**claims, "sid": "x"}, {**claims, "sid": ""}):
        forged = jwt.encode(claimed, SECRET, headers={"typ": "at+jwt"})
        answer = await call(memory_api.client, "GET", "/me", token=forged)
        assert refusal(answer) == (401, "unauthorized")


async def test_a_refresh_token_is_no_access_token(memory_api: Api) -> None:
    ann = await register(memory_api)

    answer = await call(memory_api.client, "GET", "/me", token=ann.refresh_token)

    assert refusal(answer) == (401, "unauthorized")


async def test_nor_is_an_access_token_a_refresh_token(memory_api: Api) -> None:
    ann = await register(memory_api)

    answer = await call(memory_api.client, "POST", "/refresh", {"refresh_token": ann.token})

    assert refusal(answer) == (401, "invalid_refresh_token")


async def test_the_key_set_takes_no_parameters(memory_api: Api) -> None:
    answer = await memory_api.client.get(f"{AUTH}/jwks?kid=1")

    assert named(answer) == ["kid"]


@pytest.mark.parametrize("algorithm", PAIRS)
async def test_a_session_goes_on_after_the_pair_was_replaced(algorithm: str) -> None:
    old, new = pem(PAIRS[algorithm]()), pem(Ed25519PrivateKey.generate())
    before = container(SIGNING_KEY=old)
    after = container(SIGNING_KEY=new, SIGNING_KEY_PREVIOUS=old)
    after.ports.override(before.ports)

    async with in_process(before) as api:
        ann = await register(api)
    async with in_process(after) as api:
        there = Member(api.client, ann.email, ann.grant)
        got_in = await there.gets_in()
        went_on = await (await there.next()).gets_in()

    assert got_in
    assert went_on
