"""Which keys of a published key set are used, and what for (catalogue T26)."""

import json

import pytest
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from adapters.tokens.key_set import read_key_set
from tests.key_pairs import ALGORITHMS, key_set, pair
from tests.tokens import base64

FOR = {algorithm: {algorithm} for algorithm in ALGORITHMS} | {
    "RS256": {"RS256", "PS256"},
    "PS256": {"RS256", "PS256"},
}
GOOD = pair("EdDSA")


def read(*members: object) -> dict[str | None, set[str]]:
    """The ids of the keys that are used of these, and what they are used for."""
    return {key.id: {*key.algorithms} for key in read_key_set(key_set(*members))}


def used(*members: object) -> bool:
    """Whether they are used; the good key beside them is, whatever they are."""
    found = read(GOOD.jwk(kid="good"), *members)
    assert found.pop("good") == {"EdDSA"}
    return bool(found)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_T26_a_key_as_Better_Auth_writes_it_is_for_what_fits_its_type(algorithm: str) -> None:
    jwk = pair(algorithm).jwk()

    assert jwk.keys() <= {"crv", "x", "y", "n", "e", "kty", "kid"}
    assert read(jwk) == {f"{algorithm}-1": FOR[algorithm]}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_T26_a_key_that_names_an_algorithm_is_for_that_one(algorithm: str) -> None:
    assert read(pair(algorithm).jwk(alg=algorithm)) == {f"{algorithm}-1": {algorithm}}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(
    "alg", ["HS256", "none", "ES384", "RS512", "RSA-OAEP", "Ed25519", "", None, 5, ["EdDSA"]]
)
def test_T26_a_key_for_another_algorithm_is_left_out(algorithm: str, alg: object) -> None:
    assert not used(pair(algorithm).jwk(alg=alg))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"use": ""},
        {"use": None},
        {"use": ["sig"]},
        {"key_ops": []},
        {"key_ops": ["encrypt", "wrapKey"]},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"key_ops": None},
        {"key_ops": {"verify": True}},
        {"use": "enc", "key_ops": ["verify"]},
        {"use": "sig", "key_ops": ["deriveBits"]},
    ],
    ids=str,
)
def test_T26_a_key_that_is_not_for_signatures_is_left_out(
    algorithm: str, members: dict[str, object]
) -> None:
    signer = pair(algorithm)

    assert not used(signer.jwk(**members))
    assert used(signer.jwk(use="sig", key_ops=["verify", "encrypt", 5]))


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_T26_a_key_with_a_private_member_is_left_out(algorithm: str, member: str) -> None:
    assert not used(pair(algorithm).jwk(**{member: "AQAB"}))
    assert not used(pair(algorithm).jwk(**{member: None}))


def test_T26_private_and_symmetric_keys_are_left_out() -> None:
    writers = {"EdDSA": OKPAlgorithm, "ES256": ECAlgorithm, "RS256": RSAAlgorithm}
    for algorithm, writer in writers.items():
        private = writer.to_jwk(pair(algorithm).private, as_dict=True)  # type: ignore[attr-defined]
        assert "d" in private
        assert not used({**private, "kid": algorithm, "key_ops": ["sign", "verify"]})

    assert not used({"kty": "oct", "k": base64(bytes(range(32))), "kid": "s", "alg": "HS256"})


@pytest.mark.parametrize("kid", ["", "x" * 129, None, 5, True, ["a"], {"a": 1}])
def test_T26_an_id_that_no_token_could_name_is_no_id(kid: object) -> None:
    if kid is None:
        assert read(GOOD.jwk(kid=kid)) == {None: {"EdDSA"}}
    else:
        assert not used(GOOD.jwk(kid=kid))


def test_T26_keys_that_differ_under_one_id_are_all_left_out() -> None:
    one, other = (pair("EdDSA", number).jwk(kid="same") for number in (1, 2))

    assert not used(one, other)
    assert not used(one, other, one)
    assert not used(one, pair("RS256").jwk(kid="same"))
    assert not used(one, {**one, "x": other["x"]})
    assert read(one, other, pair("EdDSA", 3)) == {"EdDSA-3": {"EdDSA"}}


def test_T26_a_key_that_is_listed_twice_is_one() -> None:
    again = json.loads(json.dumps(GOOD.jwk(), sort_keys=True))

    assert len(read_key_set(key_set(GOOD, again, GOOD.jwk(use="sig")))) == 1


def test_T26_keys_without_an_id_do_not_shut_each_other_out() -> None:
    nameless = [pair("EdDSA", number).jwk() for number in (1, 2)]
    for jwk in nameless:
        del jwk["kid"]

    assert [key.id for key in read_key_set(key_set(*nameless))] == [None, None]
