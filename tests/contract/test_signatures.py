"""Signatures in other forms than the one that their algorithm has (catalogue T24)."""

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from tests.issuing import CLAIMS, Verifier, publishing
from tests.key_pairs import ALGORITHMS, KeyPair, pair
from tests.tokens import base64

ORDERS = {
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES512": 2**521 - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7,
}
SIZES = {"ES256": 32, "ES512": 66}
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493


def signed_by(signer: KeyPair, signature: bytes) -> str:
    """A token that says what a good one does, but for its signature."""
    return f"{signer.token(CLAIMS).rpartition('.')[0]}.{base64(signature)}"


def good(signer: KeyPair) -> bytes:
    """The signature that belongs there."""
    return signer.sign(signer.token(CLAIMS).rpartition(".")[0].encode())


def accepts(signer: KeyPair, signature: bytes) -> bool:
    return not Verifier(publishing(signer)).refuses(signed_by(signer, signature))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_signature_is_accepted_as_it_is(algorithm: str) -> None:
    signer = pair(algorithm)

    assert accepts(signer, good(signer))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_T24_a_signature_has_exactly_its_length(algorithm: str) -> None:
    signer = pair(algorithm)
    signature = good(signer)

    for other in (
        *(b"\0", b"\0" * len(signature), b"\xff" * len(signature)),
        *(signature[:-1], signature[1:], signature[: len(signature) // 2]),
        *(b"\0" + signature, signature + b"\0", signature * 2),
    ):
        assert not accepts(signer, other), len(other)
    assert Verifier(publishing(signer)).refuses(signed_by(signer, b""))


@pytest.mark.parametrize("algorithm", ORDERS)
def test_T24_r_and_s_are_neither_nothing_nor_beyond_the_curve(algorithm: str) -> None:
    signer, size, order = pair(algorithm), SIZES[algorithm], ORDERS[algorithm]
    signature = good(signer)
    r, s = (int.from_bytes(half) for half in (signature[:size], signature[size:]))

    strange = [
        *((0, 0), (0, s), (r, 0), (order, s), (r, order), (0, order), (order, order), (1, 0)),
        *((r + order, s), (r, s + order), (s, r), (order - r, s)),
    ]
    for one, other in strange:
        if max(one, other) < 256**size:
            assert not accepts(signer, one.to_bytes(size) + other.to_bytes(size)), (one, other)


@pytest.mark.parametrize("algorithm", ORDERS)
def test_T24_a_signature_in_DER_is_none(algorithm: str) -> None:
    signer, size = pair(algorithm), SIZES[algorithm]
    signature = good(signer)
    der = encode_dss_signature(int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))

    assert decode_dss_signature(der)
    assert not accepts(signer, der)
    assert not accepts(signer, der[: 2 * size])
    assert not accepts(signer, der.ljust(2 * size, b"\0"))


@pytest.mark.parametrize("algorithm", ORDERS)
def test_T24_of_s_and_its_negative_both_are_good(algorithm: str) -> None:
    """As JWS has it: so a token is never told from another by its signature."""
    signer, size, order = pair(algorithm), SIZES[algorithm], ORDERS[algorithm]
    signature = good(signer)
    s = int.from_bytes(signature[size:])

    assert accepts(signer, signature[:size] + (order - s).to_bytes(size))


@pytest.mark.parametrize(("said", "curve"), [("ES256", "ES512"), ("ES512", "ES256")])
def test_T24_a_signature_of_another_curve_is_none(said: str, curve: str) -> None:
    signer, other = pair(said), pair(curve)
    signature = other.sign(signer.token(CLAIMS).rpartition(".")[0].encode())
    halves = (signature[: SIZES[curve]], signature[SIZES[curve] :])
    size = SIZES[said]

    assert not accepts(signer, signature)
    assert not accepts(signer, b"".join(half[-size:].rjust(size, b"\0") for half in halves))
    assert Verifier(publishing(other.jwk(kid=signer.id))).refuses(signer.token(CLAIMS))


def test_T24_an_Ed25519_signature_has_one_form_only() -> None:
    signer = pair("EdDSA")
    signature = good(signer)
    s = int.from_bytes(signature[32:], "little")

    assert s < ED25519_ORDER
    for times in range(1, 16):
        if s + times * ED25519_ORDER < 2**256:
            other = (s + times * ED25519_ORDER).to_bytes(32, "little")
            assert not accepts(signer, signature[:32] + other), times
    assert not accepts(signer, signature[:32] + (ED25519_ORDER - s).to_bytes(32, "little"))


@pytest.mark.parametrize("point", [b"\1" + bytes(31), bytes(32), b"\xec" + b"\xff" * 30 + b"\x7f"])
def test_T24_points_of_small_order_sign_nothing(point: bytes) -> None:
    signer = pair("EdDSA")

    for s in (0, 1, ED25519_ORDER):
        assert not accepts(signer, point + s.to_bytes(32, "little"))


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_T24_an_RSA_signature_is_below_its_modulus_and_as_long(algorithm: str) -> None:
    signer = pair(algorithm)
    modulus = signer.private.public_key().public_numbers().n  # type: ignore[union-attr]
    number = int.from_bytes(good(signer))

    for other in (0, 1, modulus - 1, modulus, modulus - number, number + modulus):
        if other < 256**256:
            assert not accepts(signer, other.to_bytes(256)), other
    assert not accepts(signer, number.to_bytes(257))


@pytest.mark.parametrize(
    "algorithm",
    [
        "RS256",
        "PS256",
    ],
)
def test_T24_a_zero_that_leads_an_RSA_signature_is_part_of_it(algorithm: str) -> None:
    signer = pair(algorithm)
    message, signature = zero_led(signer)
    verifier = Verifier(publishing(signer))

    assert not verifier.refuses(f"{message}.{base64(signature)}")
    assert verifier.refuses(f"{message}.{base64(signature[1:] + bytes(1))}")
    assert verifier.refuses(f"{message}.{base64(bytes(1) + signature)}")
    assert verifier.refuses(f"{message}.{base64(signature[1:])}")


def zero_led(signer: KeyPair) -> tuple[str, bytes]:
    """What was signed, and its signature, of which about one in 256 begins with a zero."""
    for number in range(10_000):
        message = signer.token({**CLAIMS, "jti": number}).rpartition(".")[0]
        signature = signer.sign(message.encode())
        if signature[0] == 0:
            return message, signature
    raise AssertionError("none of 10 000 signatures began with a zero")


@pytest.mark.parametrize(("said", "used"), [("RS256", "PS256"), ("PS256", "RS256")])
def test_T24_a_padding_is_not_taken_for_the_other(said: str, used: str) -> None:
    signer = pair(said)

    token = signer.signed({"alg": said, "kid": signer.id}, CLAIMS, used)

    assert Verifier(publishing(signer)).refuses(token)


@pytest.mark.parametrize("used", ["RS384", "RS512", "PS384", "PS512"])
def test_T24_another_digest_is_not_taken_for_the_one_said(used: str) -> None:
    signer = pair("RS256" if used.startswith("RS") else "PS256")

    assert not accepts(signer, signer.sign(signer.token(CLAIMS).rpartition(".")[0].encode(), used))
