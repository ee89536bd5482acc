"""Our own keys: published for others, and changed without logging anybody out (contract §7)."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.tokens.key_set import read_key_set
from domain.owner import Actor, Owner
from entrypoints.settings.issuers import OWN_ISSUER
from tests.key_pairs import KeyPair, pair, pem
from tests.own_tokens import ALICE, BEFORE, CLAIMS, MINUTES, accepts, sign, tokens
from tests.tokens import NOW, SECRET, forge


@pytest.fixture(params=["EdDSA", "ES256"])
def signer(request: pytest.FixtureRequest) -> KeyPair:
    """A key pair of every kind that can be ours."""
    return pair(request.param)


@pytest.fixture(params=["EdDSA", "ES256"])
def previous(request: pytest.FixtureRequest) -> KeyPair:
    """The one before, of the same kind or the other."""
    return pair(request.param, 2)


def public_pem(signer: KeyPair) -> str:
    key = signer.private.public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def verified_by_others(token: str, published: bytes) -> dict[str, Any]:
    """The claims, as somebody who has PyJWT and our key set finds them."""
    keys = jwt.PyJWKSet.from_json(published.decode())
    header = jwt.get_unverified_header(token)
    claims: dict[str, Any] = jwt.decode(
        token,
        keys[header["kid"]],
        algorithms=["EdDSA", "ES256"],
        issuer=OWN_ISSUER,
        options={"verify_exp": False, "verify_iat": False, "require": ["exp", "sub", "sid"]},
    )
    return claims


async def test_others_verify_our_tokens_by_what_we_publish(signer: KeyPair) -> None:
    made = tokens(SIGNING_KEY=pem(signer.private))

    assert verified_by_others(sign(made), made.published) == CLAIMS
    (key,) = json.loads(made.published)["keys"]
    assert (key["alg"], key["use"]) == (signer.algorithm, "sig")
    assert key.keys() <= {"kty", "crv", "x", "y", "kid", "alg", "use"}
    with pytest.raises(jwt.InvalidSignatureError):
        verified_by_others(sign(made)[:-8] + "A" * 8, made.published)


def test_a_key_is_called_by_its_thumbprint_and_published_so_that_we_would_take_it_ourselves(
    signer: KeyPair,
) -> None:
    first, again = (tokens(SIGNING_KEY=pem(signer.private)).published for _ in range(2))

    (key,) = read_key_set(first)
    assert first == again
    assert key.id == json.loads(first)["keys"][0]["kid"]
    assert key.id
    assert len(key.id) == 43
    assert key.algorithms == {signer.algorithm}


def test_the_thumbprint_is_that_of_RFC_8037() -> None:
    """Appendix A.3, of the key in A.1."""
    private = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )

    (key,) = json.loads(tokens(SIGNING_KEY=pem(private)).published)["keys"]

    assert key["kid"] == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_secret_is_not_published() -> None:
    assert json.loads(tokens(JWT_SECRET=SECRET).published) == {"keys": []}


@pytest.mark.parametrize("written", [lambda p: pem(p.private), public_pem], ids=["whole", "public"])
async def test_tokens_of_the_key_before_are_good_until_they_expire(
    signer: KeyPair, previous: KeyPair, written: Any
) -> None:
    token = sign(tokens(SIGNING_KEY=pem(previous.private)))
    made = tokens(SIGNING_KEY=pem(signer.private), SIGNING_KEY_PREVIOUS=written(previous))

    assert await made.verifier.verify(token) == ALICE
    assert verified_by_others(token, made.published) == CLAIMS
    assert await made.verifier.verify(sign(made)) == ALICE
    assert jwt.get_unverified_header(sign(made))["alg"] == signer.algorithm
    assert not await accepts(tokens(SIGNING_KEY=pem(signer.private)), token)


async def test_the_key_before_is_published_beside_the_one_that_signs(
    signer: KeyPair, previous: KeyPair
) -> None:
    made = tokens(SIGNING_KEY=pem(signer.private), SIGNING_KEY_PREVIOUS=public_pem(previous))

    keys = json.loads(made.published)["keys"]

    assert [key["alg"] for key in keys] == [signer.algorithm, previous.algorithm]
    assert keys[0]["kid"] == jwt.get_unverified_header(sign(made))["kid"] != keys[1]["kid"]
    assert not any("d" in key for key in keys)


async def test_a_key_that_is_given_as_the_one_before_too_is_one_key(signer: KeyPair) -> None:
    made = tokens(SIGNING_KEY=pem(signer.private), SIGNING_KEY_PREVIOUS=public_pem(signer))

    assert len(json.loads(made.published)["keys"]) == 1
    assert await accepts(made, sign(made))


async def test_T06_a_key_before_of_another_kind_is_not_taken_for_the_one_that_signs(
    signer: KeyPair, previous: KeyPair
) -> None:
    made = tokens(SIGNING_KEY=pem(signer.private), SIGNING_KEY_PREVIOUS=public_pem(previous))
    ours, before = (key["kid"] for key in json.loads(made.published)["keys"])
    header = {"typ": "at+jwt", "alg": previous.algorithm}

    assert await accepts(made, previous.signed({**header, "kid": before}, CLAIMS))
    assert not await accepts(made, previous.signed({**header, "kid": ours}, CLAIMS))


async def test_O06_tokens_of_the_secret_before_are_good_and_none_is_signed_with_it() -> None:
    made = tokens(JWT_SECRET=SECRET, JWT_SECRET_PREVIOUS=BEFORE)
    only = tokens(JWT_SECRET=SECRET)
    theirs = forge(claims={"sub": "alice", "exp": CLAIMS["exp"]}, secret=BEFORE)

    assert await made.verifier.verify(sign(tokens(JWT_SECRET=BEFORE))) == ALICE
    assert await made.verifier.verify(theirs) == Actor(Owner("alice"))
    assert await accepts(only, sign(made))
    assert made.shared_signer
    assert await accepts(only, made.shared_signer.sign(ALICE, expires_at=NOW + MINUTES))
    assert not await accepts(only, theirs)
    assert not await accepts(only, sign(tokens(JWT_SECRET=BEFORE)))
    assert not await accepts(made, forge(claims={"sub": "alice", "exp": 5}, secret=BEFORE))
    assert not await accepts(made, forge(claims=CLAIMS, secret=BEFORE[::-1]))
