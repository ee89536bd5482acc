"""Keys of a published key set that are weak, broken or of another kind (catalogue T26)."""

from collections.abc import Mapping
from math import prod

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256K1,
    SECP384R1,
    EllipticCurve,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from adapters.tokens.key_set import read_key_set
from tests.key_pairs import ALGORITHMS, KeyPair, key_set, pair
from tests.tokens import base64

GOOD = pair("EdDSA")
ROCA_PRIMES = [p for p in range(3, 168) if all(p % q for q in range(2, p))]


def used(member: object) -> bool:
    """Whether it is used; the good key beside it is, whatever it is."""
    found = {key.id for key in read_key_set(key_set(GOOD.jwk(kid="good"), member))}
    assert "good" in found
    return len(found) > 1


def rsa(n: int, e: int = 65537, **members: object) -> dict[str, object]:
    n_, e_ = (base64(number.to_bytes((number.bit_length() + 7) // 8)) for number in (n, e))
    return {"kty": "RSA", "n": n_, "e": e_, "kid": "rsa", **members}


def modulus(signer: KeyPair) -> int:
    return signer.private.public_key().public_numbers().n  # type: ignore[union-attr]


def on_curve(curve: EllipticCurve) -> Mapping[str, object]:
    return ECAlgorithm.to_jwk(generate_private_key(curve).public_key(), as_dict=True)


@pytest.mark.parametrize("bits", [1024, 2040, 2047])
def test_T26_a_short_RSA_key_is_left_out(bits: int) -> None:
    assert not used(rsa((1 << (bits - 1)) + modulus(pair("RS256")) % (1 << (bits - 2)) | 1))


def test_T26_an_RSA_key_is_2048_to_8192_bits_long() -> None:
    assert used(rsa(modulus(pair("RS256"))))
    assert used(rsa((1 << 8191) + 1))
    assert not used(rsa((1 << 8192) + 1))
    assert not used(rsa((1 << 1_000_000) + 1))


@pytest.mark.parametrize("e", [1, 3, 17, 65535, 65536, 65538])
def test_T26_an_RSA_key_with_a_small_or_even_exponent_is_left_out(e: int) -> None:
    assert not used(rsa(modulus(pair("RS256")), e))


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_T26_a_key_of_the_broken_generator_is_left_out(bits: int) -> None:
    """CVE-2017-15361 (ROCA): every prime, and so every modulus, is a power of 65537 modulo M."""
    m = prod(ROCA_PRIMES)
    power = pow(65537, 123_456_789, m)
    most = (1 << bits) - 1
    broken = most - (most - power) % m
    broken -= m * (broken % 2 == 0)

    assert all(broken % p in {pow(65537, k, p) for k in range(p)} for p in ROCA_PRIMES)
    assert broken.bit_length() == bits
    assert not used(rsa(broken))
    assert used(rsa(broken - 2))


@pytest.mark.parametrize("curve", [SECP256K1(), SECP384R1()], ids=lambda curve: curve.name)
def test_T26_a_key_on_another_curve_is_left_out(curve: EllipticCurve) -> None:
    jwk = on_curve(curve)

    assert not used({**jwk, "kid": "k"})
    assert not used({**jwk, "kid": "k", "alg": "ES256"})
    assert not used({**jwk, "kid": "k", "crv": "P-256"})


def test_T26_keys_of_other_kinds_are_left_out() -> None:
    ed448 = OKPAlgorithm.to_jwk(Ed448PrivateKey.generate().public_key(), as_dict=True)

    assert not used({**ed448, "kid": "448"})
    assert not used({**ed448, "kid": "448", "alg": "EdDSA"})
    assert not used(GOOD.jwk(crv="X25519"))
    assert not used(GOOD.jwk(crv="ed25519"))
    assert not used(GOOD.jwk(kty="AKP", alg="ML-DSA-44"))
    strange: list[object] = ["EC", "RSA", "oct", "okp", "", None, 5, ["OKP"], {}]
    for kty in strange:
        assert not used(GOOD.jwk(kty=kty))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("value", ["", "AA", "é", "!", " ", None, 5, [], {}, "A" * 100_000])
def test_T26_a_key_that_is_broken_is_left_out(algorithm: str, value: object) -> None:
    jwk = pair(algorithm).jwk()
    for name in jwk.keys() & {"x", "y", "n", "e"}:
        assert not used({**jwk, name: value})
        assert not used({other: jwk[other] for other in jwk if other != name})


def test_T26_a_point_that_is_not_on_the_curve_is_left_out() -> None:
    for algorithm, size in (("ES256", 32), ("ES512", 66)):
        jwk = pair(algorithm).jwk()
        assert not used({**jwk, "x": jwk["y"], "y": jwk["x"]})
        assert not used({**jwk, "x": base64(bytes(size)), "y": base64(bytes(size))})
        assert not used({**jwk, "x": base64(b"\xff" * size)})
