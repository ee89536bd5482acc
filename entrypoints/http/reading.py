"""Reads single parameters of a query."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from entrypoints.http.errors import Fault, InvalidRequest
from entrypoints.http.query import Query

DEFAULT_LIMIT = 100
HIGHEST_LIMIT = 500

T = TypeVar("T")

_LIMIT = re.compile(r"[0-9]{1,4}")


class ParameterReader:
    """Reads parameters, and adds to the query's faults."""

    def __init__(self, query: Query) -> None:
        self._query = query

    def check(self) -> None:
        """Raise `InvalidRequest` if there were any."""
        if self._query.faults:
            raise InvalidRequest(*self._query.faults)

    def one(self, name: str, read: Callable[[str], T], default: T) -> T:
        """The parameter's value; the default if it is absent or bad."""
        values = self.all(name, read)
        return values[0] if values else default

    def all(self, name: str, read: Callable[[str], T]) -> list[T]:
        """Every good value of the parameter."""
        values: list[T] = []
        for text in self._query.get(name):
            try:
                values.append(read(text))
            except ValueError as bad:
                self._query.faults.append(Fault("parameter", name, str(bad)))
        return values


def read_limit(text: str) -> int:
    """How much a page holds at most. Raises `ValueError`."""
    limit = int(text) if _LIMIT.fullmatch(text) else 0
    if not 1 <= limit <= HIGHEST_LIMIT:
        raise ValueError(f"must be a whole number from 1 to {HIGHEST_LIMIT}")
    return limit


def choice(choices: Mapping[str, T]) -> Callable[[str], T]:
    """Reads one of these texts, as what it stands for."""

    def read(text: str) -> T:
        if text not in choices:
            raise ValueError(f"must be {' or '.join(choices)}")
        return choices[text]

    return read
