"""Key pairs, as the settings give them: PEM, or a file that holds it."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)

_FORM = "must be an Ed25519 or P-256 key in PEM, unencrypted, or the path of a file that holds one"
_LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key that we can sign with; it is in no repr. `file` is where it came from."""

    material: Ed25519PrivateKey | EllipticCurvePrivateKey = field(repr=False)
    file: Path | None = field(default=None, repr=False, compare=False)

    @property
    def raw(self) -> bytes:
        """Its bytes."""
        return self.material.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @classmethod
    def read(cls, text: str) -> Self:
        """From a setting's text. Raises `ValueError`, which shows nothing of it."""
        return replace(cls.of(_pem(text)), file=None if _is_pem(text) else Path(text))

    @classmethod
    def of(cls, pem: bytes) -> Self:
        """From PEM. Raises `ValueError`, which shows nothing of it."""
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError(_FORM) from None
        if isinstance(key, Ed25519PrivateKey) or (
            isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)
        ):
            return cls(key)
        raise ValueError(_FORM)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that we can verify with."""

    material: Ed25519PublicKey | EllipticCurvePublicKey

    @classmethod
    def read(cls, text: str) -> Self:
        """From a setting's text, which may be that of a private key. Raises `ValueError`."""
        pem = _pem(text)
        if b"PRIVATE KEY" in pem:
            return cls(PrivateKey.of(pem).material.public_key())
        try:
            key = load_pem_public_key(pem)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError(_FORM) from None
        if isinstance(key, Ed25519PublicKey) or (
            isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
        ):
            return cls(key)
        raise ValueError(_FORM)


def _is_pem(text: str) -> bool:
    return text.startswith("-----BEGIN")


def _pem(text: str) -> bytes:
    if _is_pem(text):
        on_lines = text.replace("\\n", "\n")  # environments like it to be one line
        return on_lines.encode(errors="replace")
    try:
        with Path(text).open("rb") as file:
            return file.read(_LONGEST)
    except (OSError, ValueError):
        raise ValueError("must be PEM, or the path of a file that can be read") from None
