"""`TokenVerifier` and `TokenSigner`: who a token speaks for, and when (catalogue T11-T18)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.tokens.claims import LEEWAY, Expected
from domain.owner import Actor, Owner
from tests.tokens import (
    CLAIMS,
    NOW,
    SECONDS,
    SECRET,
    TOKENS,
    Tokens,
    claiming,
    forge,
    lacking,
    refused,
)

ISSUER, AUDIENCE = "https://id.example.org", "https://tasks.example.org"

STRICT = Tokens(Expected(ISSUER, (AUDIENCE,)))


def expecting(**claims: object) -> str:
    """A token that all of the strict ones' demands are met by, but for these claims."""
    return claiming(**{"iss": ISSUER, "aud": AUDIENCE, **claims})


@pytest.mark.parametrize("tokens", [TOKENS, STRICT])
def test_what_the_signer_signs_the_verifier_accepts(tokens: Tokens) -> None:
    alice = Owner("alice")

    token = tokens.sign(alice, expires_at=NOW + timedelta(minutes=15))

    assert tokens.verify(token) == Actor(alice)


def test_what_is_signed_holds_until_it_expires() -> None:
    clock = [NOW]
    tokens = Tokens(now=lambda: clock[0])
    expires_at = NOW + timedelta(minutes=15)
    token = tokens.sign(Owner("alice"), expires_at=expires_at)

    clock[0] = expires_at + timedelta(seconds=LEEWAY) - timedelta(microseconds=1)
    assert not refused(token, tokens)
    clock[0] = expires_at + timedelta(seconds=LEEWAY)
    assert refused(token, tokens)


@pytest.mark.parametrize(
    "sub", ["alice", "x" * 255, "auth0|5f7c8ec7c33c6c004bbafe82", "a@b.c", "...", "-:_", "ALICE"]
)
def test_the_actor_is_the_subject_as_it_was_written(sub: str) -> None:
    assert TOKENS.verify(claiming(sub=sub)) == Actor(Owner(sub))


def test_T11_a_token_expires_with_its_leeway() -> None:
    assert LEEWAY == 30
    assert not refused(claiming(exp=SECONDS))
    assert not refused(claiming(exp=SECONDS - 29))
    assert not refused(claiming(exp=SECONDS - 29.999))
    assert refused(claiming(exp=SECONDS - 30))
    assert refused(claiming(exp=SECONDS - 31))
    assert refused(claiming(exp=0))
    assert refused(claiming(exp=-1))


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_T12_a_token_of_the_future_is_accepted_within_the_leeway(name: str) -> None:
    assert not refused(claiming(**{name: SECONDS - 1000}))
    assert not refused(claiming(**{name: SECONDS + 30}))
    assert refused(claiming(**{name: SECONDS + 30.001}))
    assert refused(claiming(**{name: SECONDS + 31}))


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        str(SECONDS + 60),
        "soon",
        [SECONDS + 60],
        {"exp": SECONDS + 60},
        True,
        False,
        float("nan"),
        float("inf"),
        float("-inf"),
        2**53 + 1,
        -(10**400),
        10**400,
        int("9" * 4000),
    ],
    ids=lambda value: str(value)[:20],
)
def test_T13_a_date_is_a_number_that_fits(name: str, value: object) -> None:
    assert refused(claiming(**{name: value}))


@pytest.mark.parametrize("digits", [b"1e400", b"-1e400", b"9" * 5000, b"NaN", b"0x1", b"1_0"])
def test_T13_a_number_that_python_cannot_hold_is_no_date(digits: bytes) -> None:
    assert refused(forge(claims=b'{"sub": "alice", "exp": ' + digits + b"}"))


def test_T13_a_token_without_expiry_is_refused() -> None:
    assert refused(lacking("exp"))


@pytest.mark.parametrize(
    "sub",
    [
        None,
        5,
        True,
        ["alice"],
        {"id": "alice"},
        "",
        " ",
        "alice ",
        " alice",
        "alice\n",
        "al ice",
        "u1\0",
        "\ud800",
        "ali/ce",
        "../alice",
        ".",
        "..",
        "älice",
        "a\uff4cice",
        "\u212aate",
        "x" * 256,
        "x" * 7000,
        "alice%00",
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_T14_a_subject_is_of_the_form_that_owners_have(sub: object) -> None:
    assert refused(claiming(sub=sub))


def test_T14_a_token_without_subject_is_refused() -> None:
    assert refused(lacking("sub"))


@pytest.mark.parametrize(
    "iss",
    [
        None,
        "",
        5,
        [ISSUER],
        ISSUER[:-1],
        ISSUER + "/",
        "org",
        ISSUER.upper(),
        ISSUER + "\0",
        f" {ISSUER}",
    ],
    ids=str,
)
def test_T15_the_issuer_is_compared_whole(iss: object) -> None:
    assert not refused(expecting(), STRICT)
    assert refused(expecting(iss=iss), STRICT)


@pytest.mark.parametrize("aud", [[AUDIENCE], ["other", AUDIENCE], [AUDIENCE, AUDIENCE]])
def test_T16_an_audience_may_be_one_of_several(aud: object) -> None:
    assert not refused(expecting(aud=aud), STRICT)


@pytest.mark.parametrize(
    "aud",
    [
        None,
        "",
        [],
        5,
        True,
        "other",
        ["other"],
        AUDIENCE[:-1],
        AUDIENCE + "/",
        [AUDIENCE, 5],
        [None, AUDIENCE],
        [[AUDIENCE]],
        {AUDIENCE: True},
    ],
    ids=str,
)
def test_T16_an_audience_that_is_not_ours_is_refused(aud: object) -> None:
    assert refused(expecting(aud=aud), STRICT)


@pytest.mark.parametrize("name", ["iss", "aud"])
def test_issuer_and_audience_must_be_there_where_they_are_expected(name: str) -> None:
    claims = {**CLAIMS, "iss": ISSUER, "aud": AUDIENCE}
    del claims[name]

    assert refused(forge(claims=claims), STRICT)


def test_issuer_and_audience_may_be_anything_where_they_are_not_expected() -> None:
    assert not refused(claiming(iss="anybody", aud=["anything"]))


def test_claims_that_mean_nothing_to_us_are_ignored() -> None:
    assert not refused(claiming(scope="none", jti=5, name=None, role=["admin"]))


@pytest.mark.parametrize(
    "secret", [SECRET[:-1], SECRET + "x", SECRET.swapcase(), "another-" + SECRET]
)
def test_a_token_of_another_secret_is_refused(secret: str) -> None:
    assert refused(forge(secret=secret))


@pytest.mark.parametrize("make", [forge, claiming, expecting])
def test_the_forge_makes_tokens_that_are_good_but_for_what_a_test_changes(
    make: Callable[[], str],
) -> None:
    assert not refused(make())
