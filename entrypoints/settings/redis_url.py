"""Where Redis, or Valkey, is."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

_FORMS = "must be redis://host:6379/0, rediss://… for TLS, or unix:///path/to/socket"


@dataclass(frozen=True, slots=True)
class RedisUrl:
    """An address that may hold a password, and so stands in no repr."""

    address: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From a setting's text. Raises `ValueError`, which shows nothing of what it was."""
        try:
            parts = urlsplit(text)
            named = parts.path if parts.scheme == "unix" else parts.hostname
            database = parts.path.removeprefix("/") if parts.scheme != "unix" else ""
            usable = parts.port != 0 and (not database or database.isdecimal())
        except ValueError:
            raise ValueError(_FORMS) from None
        if parts.scheme not in {"redis", "rediss", "unix"} or not named or not usable:
            raise ValueError(_FORMS)
        return cls(text)
