"""`CommonPasswords` from the list that the library zxcvbn carries."""

import asyncio
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from application.identity import CommonPasswords
from domain.credentials import MIN_PASSWORD, Password


class ListedPasswords(CommonPasswords):
    """The 30,000 passwords most often found in leaks, of which the short ones are refused anyway.

    The list is read when the first password is chosen, in a thread.
    """

    async def __call__(self, password: Password) -> bool:
        return password.key in await asyncio.to_thread(_listed)


@cache
def _listed() -> frozenset[str]:
    lists: Mapping[str, list[str]] = _frequency_lists().FREQUENCY_LISTS
    return frozenset(p for p in lists["passwords"] if len(p) >= MIN_PASSWORD)


def _frequency_lists() -> Any:
    """The module by itself, to be forgotten again: its package holds on to dictionaries too."""
    package = find_spec("zxcvbn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("zxcvbn")
    file = Path(package.origin).with_name("frequency_lists.py")
    spec = spec_from_file_location("zxcvbn_frequency_lists", file)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("zxcvbn.frequency_lists")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
