"""What somebody logs in with: an e-mail address and a password (contract §7)."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Self

from domain.reading import at_most, read_text

MAX_EMAIL = 254  # characters (RFC 5321 §4.5.3.1, erratum 1690)
MIN_PASSWORD = 8
MAX_PASSWORD = 1024

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail address as its owner wrote it. It proves nothing."""

    text: str

    @classmethod
    def read(cls, value: object) -> Self:
        """The address that a plain value is, trimmed. Raises `ValueError`."""
        email = cls(at_most(MAX_EMAIL, read_text(value).strip()))
        if not _ADDRESS.fullmatch(email.text):
            raise ValueError("must be an e-mail address, such as alice@example.com")
        at_most(MAX_EMAIL, email.key)  # some signs are many once they are folded
        return email

    @property
    def key(self) -> str:
        """What is the same for two ways of writing one address: compatibility and case folded."""
        return _folded(self.text)


@dataclass(frozen=True, slots=True)
class Password:
    """A password in the one form of Unicode (NFKC) that is hashed, whatever keyboard typed it."""

    text: str = field(repr=False)

    @classmethod
    def read(cls, value: object) -> Self:
        """Any password that somebody may have. Raises `ValueError`."""
        given = read_text(value)
        if len(given) > 2 * MAX_PASSWORD:  # before normalising, which is quadratic
            at_most(MAX_PASSWORD, given)
        return cls(at_most(MAX_PASSWORD, unicodedata.normalize("NFKC", given)))

    @classmethod
    def read_new(cls, value: object) -> Self:
        """A password that is long enough to be taken; there are no rules of composition."""
        password = cls.read(value)
        if len(password.text) < MIN_PASSWORD:
            raise ValueError(f"must be at least {MIN_PASSWORD} characters")
        return password

    @property
    def key(self) -> str:
        """What lists of common passwords hold of it: its letters whatever their case."""
        return _folded(self.text)

    def gives_away(self, email: Email) -> bool:
        """Whether it can be guessed from the address."""
        return self.key in {email.key, email.key.partition("@")[0]}


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded)
