"""What a check found, in a plain sentence, and what there is to do about it."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is right or wrong. No text shows a secret, an address or a user of others."""

    check: str
    level: Level
    text: str
    advice: str | None = None


def ok(check: str, text: str) -> Finding:
    """What is as it should be."""
    return Finding(check, "ok", text)


def warning(check: str, text: str, advice: str) -> Finding:
    """What works, but not as well or as safely as it could."""
    return Finding(check, "warning", text, advice)


def error(check: str, text: str, advice: str) -> Finding:
    """What does not work, or must not be relied on."""
    return Finding(check, "error", text, advice)
