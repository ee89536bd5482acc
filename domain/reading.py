"""How the core reads what callers say: plain values in, well-formed ones or every error out."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from domain.errors import FieldError, InvalidFields

Reader = Callable[[object], Any]
"""Makes a well-formed value of a plain one; raises `ValueError`, saying what it must be instead."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def read_members(
    given: Mapping[str, object],
    readers: Mapping[str, Reader],
    *,
    required: Collection[str] = (),
    unknown: str = "is not known here",
) -> dict[str, Any]:
    """The members given, each as its reader reads it.

    Raises `InvalidFields`, which names every bad, unknown or missing member at once.
    """
    members: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, value in given.items():
        reader = readers.get(name)
        if reader is None:
            errors.append(FieldError((name,), unknown))
            continue
        try:
            members[name] = reader(value)
        except InvalidFields as bad:
            errors += [FieldError((name, *e.path), e.detail) for e in bad.errors]
        except ValueError as bad:
            errors.append(FieldError((name,), str(bad)))
    errors += [FieldError((name,), "is required") for name in required if name not in given]
    if errors:
        raise InvalidFields(errors)
    return members


def read_text(value: object) -> str:
    """Text that every storage keeps as it is. Raises `ValueError`, saying what it must be."""
    if not isinstance(value, str):
        raise ValueError("must be a string")
    if _CONTROL.search(value):
        raise ValueError("must not hold control characters other than tab, LF and CR")
    if _SURROGATE.search(value):
        raise ValueError("must not hold lone surrogates")
    return value


def at_most(length: int, text: str) -> str:
    """The text, if it is no longer than that. Raises `ValueError`."""
    if len(text) > length:
        raise ValueError(f"must be at most {length} characters")
    return text


def read_whole(value: object) -> int:
    """A whole number, from 1 on, however JSON wrote it. Raises `ValueError`."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("must be a whole number from 1")
    return value
