"""Tokens of issuers that publish their keys: whose they are, and with which key (T06, T07, T15)."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.tokens.claims import Expected
from adapters.tokens.issuers import Issuer
from adapters.tokens.keys import SYMMETRIC, SecretKeys
from domain.owner import Actor, Owner
from tests.issuing import CLAIMS, ISSUER, Verifier, claims, publishing
from tests.key_pairs import ALGORITHMS, KeyPair, pair
from tests.tokens import SECRET, forge

CONFUSIONS = [(one, other) for one in ALGORITHMS for other in ALGORITHMS if one != other]


@pytest.fixture(params=ALGORITHMS)
def signer(request: pytest.FixtureRequest) -> KeyPair:
    """A key pair of every algorithm in turn."""
    return pair(request.param)


def public_forms(signer: KeyPair) -> dict[str, bytes]:
    """Every way in which the public key is written down somewhere."""
    key = signer.private.public_key()
    info = PublicFormat.SubjectPublicKeyInfo
    forms = {
        "PEM": key.public_bytes(Encoding.PEM, info),
        "PEM without its last newline": key.public_bytes(Encoding.PEM, info).strip(),
        "DER": key.public_bytes(Encoding.DER, info),
        "SSH": key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        "JWK": json.dumps(signer.jwk()).encode(),
        "JWK as it is sent": json.dumps(signer.jwk(), separators=(",", ":")).encode(),
    }
    if isinstance(signer.private, RSAPrivateKey):
        forms["PKCS#1"] = key.public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    elif isinstance(signer.private, EllipticCurvePrivateKey):
        forms["the point"] = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    else:
        forms["the point"] = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return forms


def test_a_token_of_a_published_key_is_accepted(signer: KeyPair) -> None:
    for only in ({}, {"algorithms": (signer.algorithm,)}):
        verifier = Verifier(publishing(signer, **only))  # type: ignore[arg-type]

        assert verifier.verify(signer.token(CLAIMS)) == Actor(Owner("alice"))


def test_a_token_of_a_key_that_says_what_it_is_for_is_accepted(signer: KeyPair) -> None:
    jwk = signer.jwk(alg=signer.algorithm, use="sig", key_ops=["verify"])

    assert not Verifier(publishing(jwk)).refuses(signer.token(CLAIMS))


def test_a_token_of_another_key_is_refused_whatever_it_calls_itself(signer: KeyPair) -> None:
    stranger = pair(signer.algorithm, 2)
    verifier = Verifier(publishing(signer))

    assert verifier.refuses(stranger.token(CLAIMS, kid=signer.id))
    assert verifier.refuses(stranger.token(CLAIMS))


def test_of_several_keys_the_one_named_is_taken(signer: KeyPair) -> None:
    other = pair(signer.algorithm, 2)
    verifier = Verifier(publishing(*map(pair, ALGORITHMS), other))

    assert not verifier.refuses(signer.token(CLAIMS))
    assert not verifier.refuses(other.token(CLAIMS))
    assert verifier.refuses(other.token(CLAIMS, kid=signer.id))
    assert verifier.refuses(signer.token(CLAIMS, kid=other.id))


def test_a_token_that_names_no_key_is_accepted_if_there_is_only_one_that_it_can_be_of(
    signer: KeyPair,
) -> None:
    token = signer.signed({"alg": signer.algorithm}, CLAIMS)
    nameless = {name: value for name, value in signer.jwk().items() if name != "kid"}

    assert not Verifier(publishing(signer)).refuses(token)
    assert not Verifier(publishing(nameless)).refuses(token)
    assert Verifier(publishing(signer, pair(signer.algorithm, 2))).refuses(token)


def test_T06_a_public_key_is_no_secret(signer: KeyPair) -> None:
    verifier = Verifier(publishing(signer))

    for form, key in public_forms(signer).items():
        secret = key.decode("latin-1")
        token = forge({"alg": "HS256", "kid": signer.id}, CLAIMS, secret=secret)
        assert verifier.refuses(token), form
        assert verifier.refuses(forge({"alg": "HS256"}, CLAIMS, secret=secret)), form


def test_T06_an_issuer_with_a_secret_takes_no_key_pairs_token(signer: KeyPair) -> None:
    secret = SecretKeys(SECRET.encode())
    verifier = Verifier(Issuer("", Expected(ISSUER), frozenset({SYMMETRIC}), secret))

    assert not verifier.refuses(forge(claims=CLAIMS))
    assert verifier.refuses(signer.token(CLAIMS))
    assert verifier.refuses(signer.signed({"alg": "HS256"}, CLAIMS, signer.algorithm))


def test_T06_an_issuer_is_symmetric_or_asymmetric_and_never_both(signer: KeyPair) -> None:
    with pytest.raises(ValueError, match="must not be mixed"):
        publishing(signer, algorithms=(SYMMETRIC, signer.algorithm))


@pytest.mark.parametrize(("said", "signed"), CONFUSIONS)
def test_T07_the_header_must_say_what_the_key_is_for(said: str, signed: str) -> None:
    signer, namesake = pair(signed), pair(said)
    token = signer.token(CLAIMS, alg=said)

    assert Verifier(publishing(signer)).refuses(token)
    assert Verifier(publishing(signer.jwk(alg=said))).refuses(token)
    assert Verifier(publishing(namesake, signer)).refuses(token)


@pytest.mark.parametrize(("allowed", "signed"), CONFUSIONS)
def test_T07_an_issuer_signs_with_its_own_algorithms_only(allowed: str, signed: str) -> None:
    signer = pair(signed)
    verifier = Verifier(publishing(signer, pair(allowed), algorithms=(allowed,)))

    assert verifier.refuses(signer.token(CLAIMS))
    assert not verifier.refuses(pair(allowed).token(CLAIMS))


@pytest.mark.parametrize(("said", "other"), [("RS256", "PS256"), ("PS256", "RS256")])
def test_T07_an_RSA_key_that_names_one_padding_is_not_for_the_other(said: str, other: str) -> None:
    signer = pair("RS256")
    verifier = Verifier(publishing(signer.jwk(alg=said)))
    open_to_both = Verifier(publishing(signer))

    token = signer.signed({"alg": other, "kid": signer.id}, CLAIMS, other)

    assert verifier.refuses(token)
    assert not open_to_both.refuses(token)


@pytest.mark.parametrize("alg", ["ES384", "RS384", "RS512", "PS384", "PS512"])
def test_T07_other_strengths_of_an_algorithm_are_not_used(alg: str) -> None:
    signer = pair("ES256" if alg.startswith("ES") else "RS256")
    token = signer.signed({"alg": alg, "kid": signer.id}, CLAIMS, alg)

    assert Verifier(publishing(signer)).refuses(token)


@pytest.mark.parametrize(
    "iss", [None, "", ISSUER[:-1], f"{ISSUER}/", ISSUER.upper(), [ISSUER], "org", f"{ISSUER}\0"]
)
def test_T15_an_issuer_is_found_by_its_whole_name(signer: KeyPair, iss: object) -> None:
    assert Verifier(publishing(signer)).refuses(signer.token(claims(iss=iss)))


@pytest.mark.parametrize("missing", ["iss", "aud", "sub", "exp"])
def test_what_is_demanded_of_a_token_must_be_there(signer: KeyPair, missing: str) -> None:
    without = {name: value for name, value in CLAIMS.items() if name != missing}

    assert Verifier(publishing(signer)).refuses(signer.token(without))
