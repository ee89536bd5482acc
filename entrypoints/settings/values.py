"""Reads the texts of settings. Each raises `ValueError`, saying what the value must be."""

from collections.abc import Callable
from ipaddress import ip_address

LOG_LEVELS = ("debug", "info", "warning", "error")


def address(text: str) -> str:
    """An IP address."""
    try:
        return str(ip_address("127.0.0.1" if text == "localhost" else text))
    except ValueError:
        raise ValueError("must be an IP address, such as 127.0.0.1, 0.0.0.0 or ::1") from None


def one_of(*choices: str) -> Callable[[str], str]:
    """One of these words, in any case."""

    def read(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text.lower()

    return read


def log_level(text: str) -> str:
    """A level, or what the seeds' DEBUG says: whether everything is to be told."""
    level = {"true": "debug", "1": "debug", "false": "info", "0": "info"}.get(text.lower(), text)
    return one_of(*LOG_LEVELS)(level)


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number within these bounds."""

    def read(text: str) -> int:
        digits = text.isascii() and text.isdigit() and len(text) <= 20
        if not digits or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read
