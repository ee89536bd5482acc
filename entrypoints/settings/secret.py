"""The secret that signs tokens: strong, or refused; out of sight; made and kept where we may."""

import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_SHORTEST = 32  # bytes (RFC 7518 §3.2)
_FEWEST = 8  # different bytes; random text of that length practically never has fewer

# What documentation and templates say instead of a secret, rows of a keyboard, and text that goes
# over and over: none of it occurs in random text.
_GUESSED = re.compile(
    r"change[-_ ]?(?:me|this|in|it)|replace[-_ ]?(?:me|this|with|in)|your[-_ ]|example|placeholder"
    r"|secret|password|at[-_ ]least[-_ ]|12345678|abcdefgh|qwertz|qwerty|asdfgh|(.{6,}?)\1",
    re.IGNORECASE | re.DOTALL,
)
_WELL_KNOWN = frozenset(
    {
        # from tutorials that are widely read, and copied into many services
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
        "9a4f2c8d3b7a1e6f45c8a0b3f267d8b1d4e6f3c8a9d2b5f8e3a9c8b5f6v8a3d9",
        "413F4428472B4B6250655368566D5970337336763979244226452948404D6351",
    }
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret whose text is in no repr. Raises `ValueError` for one that is easily guessed."""

    text: str = field(repr=False)

    @property
    def raw(self) -> bytes:
        """Its bytes, as the environment had them."""
        return self.text.encode("utf-8", "surrogateescape")

    def __post_init__(self) -> None:
        raw = self.raw
        if len(raw) < _SHORTEST:
            raise ValueError(f"must be at least {_SHORTEST} bytes; {_ADVICE}")
        if self.text in _WELL_KNOWN or _GUESSED.search(self.text):
            raise ValueError(f"must not be a well-known example; {_ADVICE}")
        if len(set(raw)) < _FEWEST:
            raise ValueError(f"must not repeat so few characters; {_ADVICE}")


def kept_secret(file: Path) -> Secret:
    """The secret in `file`, made (mode 0600) if there is none yet.

    Raises `OSError`, and `ValueError` if the file holds no good secret.
    """
    try:
        return Secret(file.read_text().strip())
    except FileNotFoundError:
        _make(file)
        return Secret(file.read_text().strip())


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as output:
            output.write(secrets.token_urlsafe(48))
            output.flush()
            os.fsync(output.fileno())
        # A link, unlike a rename, never replaces: of several that start at once, one wins.
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()


_ADVICE = "make one with: openssl rand -base64 48"
