"""Tokens of our own accounts: how they are signed, and known from all others (catalogue T17)."""

import json
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.owner import Actor, Owner
from entrypoints.container.tokens import Tokens
from entrypoints.settings import Settings
from tests.key_pairs import KeyPair, pair, pem
from tests.own_tokens import ALICE, CLAIMS, MINUTES, Clock, accepts, sign, tokens
from tests.tokens import NOW, SECRET, forge

WAYS = {
    "secret": {"JWT_SECRET": SECRET},
    "EdDSA": {"SIGNING_KEY": pem(pair("EdDSA").private)},
    "ES256": {"SIGNING_KEY": pem(pair("ES256").private)},
    "EdDSA beside a secret": {"SIGNING_KEY": pem(pair("EdDSA").private), "JWT_SECRET": SECRET},
}


@pytest.fixture(params=WAYS)
def environ(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings for every way to sign."""
    return WAYS[request.param]


@pytest.fixture(params=["EdDSA", "ES256"])
def signer(request: pytest.FixtureRequest) -> KeyPair:
    """A key pair of every kind that can be ours."""
    return pair(request.param)


async def test_what_we_sign_we_accept_as_our_accounts_and_session(environ: dict[str, str]) -> None:
    clock = Clock()
    made = Tokens(Settings.from_mapping(environ), clock)
    token = sign(made)

    assert await made.verifier.verify(token) == ALICE
    assert ALICE.owner.key.startswith("own/")

    clock.at = NOW + MINUTES + timedelta(seconds=30)
    assert not await accepts(made, token)


async def test_our_tokens_say_what_they_are_and_nothing_of_anybody(environ: dict[str, str]) -> None:
    token = sign(tokens(**environ))

    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False})

    assert header["typ"] == "at+jwt"
    assert header.keys() == {"alg", "typ"} | ({"kid"} if "SIGNING_KEY" in environ else set())
    assert claims == CLAIMS


async def test_accounts_that_are_off_have_no_tokens(environ: dict[str, str]) -> None:
    token = sign(tokens(**environ))

    assert not await accepts(tokens(JWT_SECRET=SECRET, ACCOUNTS="off"), token)
    assert not await accepts(tokens(**{**environ, "JWT_SECRET": SECRET, "ACCOUNTS": "off"}), token)
    assert await accepts(tokens(**environ, ACCOUNTS="closed"), token)


def by_secret(header: dict[str, object] | None = None, **claims: object) -> str:
    return forge({"alg": "HS256", "typ": "at+jwt", **(header or {})}, {**CLAIMS, **claims})


def by_pair(signer: KeyPair, header: dict[str, object] | None = None, **claims: object) -> str:
    """A token as we sign it with this key pair, but for these."""
    (key,) = json.loads(tokens(SIGNING_KEY=pem(signer.private)).published)["keys"]
    given = {"alg": signer.algorithm, "typ": "at+jwt", "kid": key["kid"], **(header or {})}
    return signer.signed(given, {**CLAIMS, **claims})


@pytest.mark.parametrize("typ", ["JWT", "jwt", None, "refresh+jwt", "id+jwt", "", 5, ["at+jwt"]])
async def test_T17_a_token_of_ours_says_that_it_is_an_access_token(
    signer: KeyPair, typ: object
) -> None:
    with_secret, with_pair = tokens(JWT_SECRET=SECRET), tokens(SIGNING_KEY=pem(signer.private))

    assert await accepts(with_secret, by_secret())
    assert await accepts(with_secret, by_secret({"typ": "AT+JWT"}))
    assert await accepts(with_pair, by_pair(signer))
    assert not await accepts(with_secret, by_secret({"typ": typ}))
    assert not await accepts(with_secret, forge({"alg": "HS256"}, CLAIMS))
    assert not await accepts(with_pair, by_pair(signer, {"typ": typ}))


@pytest.mark.parametrize(
    "sid",
    [None, "", "x", 5, True, [str(ALICE.session)], {}, f"{ALICE.session}0", str(ALICE.session)[1:]],
    ids=str,
)
async def test_T17_a_token_of_ours_has_a_session(signer: KeyPair, sid: object) -> None:
    with_secret, with_pair = tokens(JWT_SECRET=SECRET), tokens(SIGNING_KEY=pem(signer.private))

    assert not await accepts(with_secret, by_secret(sid=sid))
    assert not await accepts(with_pair, by_pair(signer, sid=sid))


async def test_T17_a_token_without_a_session_is_none_of_ours(signer: KeyPair) -> None:
    without = {name: value for name, value in CLAIMS.items() if name != "sid"}

    assert not await accepts(
        tokens(JWT_SECRET=SECRET), forge({"alg": "HS256", "typ": "at+jwt"}, without)
    )


async def test_T17_what_the_identity_provider_signs_with_the_secret_we_share_has_no_session() -> (
    None
):
    made = tokens(JWT_SECRET=SECRET)
    theirs = by_secret(iss="https://id.example.org")

    assert await made.verifier.verify(theirs) == Actor(Owner(ALICE.owner.subject), None)
    assert not await accepts(tokens(JWT_SECRET=SECRET, JWT_ISSUER="https://id"), theirs)


@pytest.mark.parametrize("iss", [None, "", "urn:taskhaven ", "URN:TASKHAVEN", "urn:taskhaven:x"])
async def test_a_token_of_a_key_pair_of_ours_has_our_iss(signer: KeyPair, iss: object) -> None:
    made = tokens(SIGNING_KEY=pem(signer.private))

    assert await accepts(made, by_pair(signer))
    assert not await accepts(made, by_pair(signer, iss=iss))


async def test_T06_where_a_key_pair_signs_neither_the_secret_nor_the_public_key_does(
    signer: KeyPair,
) -> None:
    made = tokens(SIGNING_KEY=pem(signer.private), JWT_SECRET=SECRET)
    public = signer.private.public_key()
    written = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    header = {"alg": "HS256", "typ": "at+jwt"}

    assert not await accepts(made, by_secret())
    assert not await accepts(made, forge(header, CLAIMS, secret=written))
    assert not await accepts(made, forge(header, CLAIMS, secret=made.published.decode()))
