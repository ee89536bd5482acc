"""Checks of what signs tokens: there, strong, and nobody else's to read."""

from collections import Counter
from collections.abc import Iterator
from math import log2
from pathlib import Path

from entrypoints.doctor.findings import Finding, error, ok, warning
from entrypoints.settings import Settings
from entrypoints.settings.secret import Secret
from entrypoints.startup import secret_file

_SHORTEST = 43  # characters that 256 random bits take in base64
_FEWEST_BITS = 128
_MAKE_ONE = "Make one with: openssl rand -base64 48"


def secrets(settings: Settings) -> Iterator[Finding]:
    """Whether there is a secret where one is needed, and whether it is a good one."""
    if settings.jwt_secret is not None:
        yield _strength(
            "JWT_SECRET",
            settings.jwt_secret,
            f"{_MAKE_ONE}; the old one may stay on as JWT_SECRET_PREVIOUS.",
        )
    elif settings.needs_secret:
        yield _kept(settings)
    else:
        yield ok("secret", "no secret is needed")
    if settings.jwt_secret_previous is not None:
        yield _strength(
            "JWT_SECRET_PREVIOUS",
            settings.jwt_secret_previous,
            "Take it away as soon as the tokens that it signed have expired.",
        )


def signing_key(settings: Settings) -> Iterator[Finding]:
    """Whether the file of the key that signs is its owner's alone."""
    if settings.signing_key is None or settings.signing_key.file is None:
        return
    yield _private("SIGNING_KEY", settings.signing_key.file)


def _strength(name: str, secret: Secret, advice: str) -> Finding:
    if len(secret.raw) < _SHORTEST:
        text = f"{name} is shorter than {_SHORTEST} characters"
    elif _bits(secret.text) < _FEWEST_BITS:
        text = f"{name} repeats so much that it may be guessed"
    else:
        return ok("secret", f"{name} is long and looks random")
    return warning("secret", text, advice)


def _bits(text: str) -> float:
    """How much a text says if each character came as often as it does here, by itself."""
    size = len(text)
    return sum(count * log2(size / count) for count in Counter(text).values())


def _kept(settings: Settings) -> Finding:
    file = secret_file(settings)
    if file is None:
        return error(
            "secret",
            "JWT_SECRET is missing, and none is made in production, for other machines, or for "
            "storage other than SQLite",
            f"Set JWT_SECRET to the identity provider's secret. {_MAKE_ONE}",
        )
    try:
        Secret(file.read_text().strip())
    except FileNotFoundError:
        return ok("secret", f"JWT_SECRET is not set: {file} will be made and used")
    except (OSError, ValueError):  # not text in UTF-8 included
        return error(
            "secret",
            f"JWT_SECRET is not set, and what {file} holds cannot be used",
            "Set JWT_SECRET, or remove the file: a new one is made at the next start.",
        )
    return _private("JWT_SECRET is not set, so the secret", file)


def _private(name: str, file: Path) -> Finding:
    if file.stat().st_mode & 0o077:
        return warning(
            "secret",
            f"{name} comes from {file}, which others than its owner may use",
            "Make it its owner's alone (chmod 600), and a new one if others may have read it.",
        )
    return ok("secret", f"{name} comes from {file}, which is its owner's alone")
