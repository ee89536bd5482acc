"""Key pairs as settings give them: text or file, of a kind that signs for us, and never shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.dsa import generate_private_key as generate_dsa
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256K1,
    SECP384R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from entrypoints.settings.key_pair import PrivateKey, PublicKey
from tests.key_pairs import KeyPair, pair, pem

FORM = r"^must be an Ed25519 or P-256 key in PEM, unencrypted, or the path of a file"
OTHERS: dict[str, Callable[[], Any]] = {
    "RSA": lambda: pair("RS256").private,
    "P-521": lambda: pair("ES512").private,
    "P-384": lambda: generate_private_key(SECP384R1()),
    "secp256k1": lambda: generate_private_key(SECP256K1()),
    "Ed448": Ed448PrivateKey.generate,
    "X25519": X25519PrivateKey.generate,
    "DSA": lambda: generate_dsa(2048),
}
READERS: list[Callable[[str], object]] = [PrivateKey.read, PublicKey.read]


@pytest.fixture(params=["EdDSA", "ES256"])
def signer(request: pytest.FixtureRequest) -> KeyPair:
    """A key pair of every kind that we sign with."""
    return pair(request.param)


def public_pem(signer: KeyPair) -> str:
    key = signer.private.public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_a_private_key_is_read_from_its_text(signer: KeyPair) -> None:
    text = pem(signer.private)

    for written in (text, text.strip(), text.replace("\n", "\\n"), text.replace("\n", "\r\n")):
        key = PrivateKey.read(written)
        assert key.material.public_key() == signer.private.public_key()


def test_a_private_key_is_read_from_a_file(signer: KeyPair, tmp_path: Path) -> None:
    file = tmp_path / "signing key.pem"
    file.write_text(pem(signer.private))

    key = PrivateKey.read(str(file))

    assert key.material.public_key() == signer.private.public_key()


def test_a_key_in_the_older_form_of_OpenSSL_is_read_too() -> None:
    private = pair("ES256").private
    assert isinstance(private, EllipticCurvePrivateKey)
    older = private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())

    assert older.startswith(b"-----BEGIN EC PRIVATE KEY-----")
    for reader in (PrivateKey.read, PublicKey.read):
        assert reader(older.decode()) is not None


def test_a_public_key_is_read_from_either_half(signer: KeyPair, tmp_path: Path) -> None:
    for number, text in enumerate((public_pem(signer), pem(signer.private))):
        file = tmp_path / f"{number}.pem"
        file.write_text(text)
        for written in (text, text.replace("\n", "\\n"), str(file)):
            assert PublicKey.read(written) == PublicKey(signer.private.public_key())  # type: ignore[arg-type]


@pytest.mark.parametrize("before", ["\n", "# our key\n", "Bag Attributes: <none>\n"])
def test_a_file_that_held_the_signing_key_holds_the_one_before_as_well(
    signer: KeyPair, tmp_path: Path, before: str
) -> None:
    file = tmp_path / "signing.pem"
    file.write_text(before + pem(signer.private))

    assert PrivateKey.read(str(file)).material.public_key() == signer.private.public_key()
    assert PublicKey.read(str(file)).material == signer.private.public_key()


@pytest.mark.parametrize("kind", OTHERS)
def test_keys_of_other_kinds_are_refused(kind: str, tmp_path: Path) -> None:
    private = OTHERS[kind]()
    text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    for reader, written in zip(
        [*READERS, PublicKey.read], [text, text, public.decode()], strict=True
    ):
        with pytest.raises(ValueError, match=FORM):
            reader(written)


def test_an_encrypted_key_is_refused(signer: KeyPair) -> None:
    encrypted = signer.private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"canary")
    ).decode()

    for reader in READERS:
        with pytest.raises(ValueError, match=FORM):
            reader(encrypted)


def test_a_public_key_does_not_sign(signer: KeyPair) -> None:
    with pytest.raises(ValueError, match=FORM):
        PrivateKey.read(public_pem(signer))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "text",
    [
        "canary",
        "/nowhere/canary.pem",
        "/",
        "\0canary",
        "c" * 5000,
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\ncanary\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nY2FuYXJ5\n-----END OPENSSH PRIVATE KEY-----",
    ],
    ids=lambda text: ascii(text)[:24] if isinstance(text, str) else "",
)
def test_what_is_no_key_is_refused_and_not_shown(
    reader: Callable[[str], object], text: str
) -> None:
    with pytest.raises(ValueError, match=r"^must be ") as raised:
        reader(text)

    message = str(raised.value)
    assert "canary" not in message
    assert "\n" not in message
    assert "nowhere" not in message


@pytest.mark.parametrize("reader", READERS)
def test_a_file_that_is_no_key_is_refused_and_not_shown(
    reader: Callable[[str], object], tmp_path: Path
) -> None:
    file = tmp_path / "canary"
    for content in (b"", b"canary", b"\xff" * 100, pem(Ed25519PrivateKey.generate()).encode()[:60]):
        file.write_bytes(content)
        with pytest.raises(ValueError, match=r"^must be ") as raised:
            reader(str(file))
        assert "canary" not in str(raised.value)


def test_what_is_no_text_is_refused_like_what_is_no_key() -> None:
    with pytest.raises(ValueError, match=r"^must be "):
        PublicKey.read("-----BEGIN \udcff")


def test_a_private_key_is_in_no_repr(signer: KeyPair) -> None:
    key = PrivateKey.read(pem(signer.private))

    assert repr(key) == "PrivateKey()"
    assert str(key) == "PrivateKey()"
