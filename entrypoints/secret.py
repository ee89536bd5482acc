"""The secret that signs tokens: strong, or refused; out of sight; made and kept where we may."""

import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

_SHORTEST = 32  # bytes (RFC 7518 §3.2)
_FEWEST = 8  # different bytes; random text of that length practically never has fewer

# What documentation and templates say instead of a secret. None of it occurs in random text.
_PLACEHOLDER = re.compile(
    r"change[-_ ]?(?:me|this|in|it)|replace[-_ ]?(?:me|this|with|in)|your[-_ ]|example|placeholder"
    r"|super[-_ ]?secret|secret[-_ ]?key|better-auth-secret|at[-_ ]least[-_ ]|(?:0?123456789){2}",
    re.IGNORECASE,
)
_WELL_KNOWN = frozenset(
    {
        # the HS256 secret of a widely read tutorial, copied into many services
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "thisisasecretkeythatnooneknowsaboutit",
    }
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret whose text is in no repr. Raises `ValueError` for one that is easily guessed."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        raw = self.text.encode("utf-8", "surrogateescape")
        if len(raw) < _SHORTEST:
            raise ValueError(f"must be at least {_SHORTEST} bytes; {_ADVICE}")
        if self.text in _WELL_KNOWN or _PLACEHOLDER.search(self.text):
            raise ValueError(f"must not be a well-known example; {_ADVICE}")
        if len(set(raw)) < _FEWEST:
            raise ValueError(f"must not repeat so few characters; {_ADVICE}")


def kept_secret(file: Path) -> tuple[Secret, bool]:
    """The secret in `file`, made (mode 0600) if there is none yet; and whether it was made now.

    Raises `OSError`, and `ValueError` if the file holds no good secret.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as output:
            output.write(secrets.token_urlsafe(48))
        # A link, unlike a rename, never replaces: of several that start at once, one wins.
        os.link(draft, file)
        made = True
    except FileExistsError:
        made = False
    finally:
        draft.unlink()
    return Secret(file.read_text().strip()), made


_ADVICE = "make one with: openssl rand -base64 48"
