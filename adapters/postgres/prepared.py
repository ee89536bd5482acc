"""Statements and values as PostgreSQL's extended protocol takes them, rows as it gives them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import psycopg
from psycopg.abc import AdaptContext
from psycopg.adapt import Loader, Transformer
from psycopg.pq import Format
from psycopg.pq.abc import PGresult

from adapters.sql.database import Params, Rows, Statement

_PLACE = re.compile(r"%\((\w+)\)s|%%")
_JSONB_VERSION = 1  # bytes before the text


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A statement with `$1`, `$2` … for the parameters of these names.

    Its own `name` is no other statement's: behind a pooler that nobody told us of, where a session
    may know statements of other connections, none can be taken for another.
    """

    name: bytes
    query: bytes
    names: tuple[str, ...]


def prepared(statement: Statement) -> Prepared:
    """The statement in that form, the same object for the same text."""
    return _prepared(statement.text)


@lru_cache(1024)
def _prepared(text: str) -> Prepared:
    places: dict[str, int] = {}

    def place(match: re.Match[str]) -> str:
        name = match[1]
        return f"${places.setdefault(name, len(places) + 1)}" if name else "%"

    query = _PLACE.sub(place, text).encode()
    digest = blake2b(query, digest_size=12).hexdigest()
    return Prepared(b"taskhaven_%s" % digest.encode(), query, tuple(places))


def values_of(statement: Statement, names: Sequence[str], params: Params) -> list[bytes | None]:
    """The values of these names, as text whose type the server knows from where it stands."""
    bound = statement.bind(params)
    return [_text(bound[name]) for name in names]


def _text(value: object) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return b"%d" % value
    if not isinstance(value, str):
        raise TypeError(f"a parameter may be text, a whole number or none, not {type(value)}")
    text = value.encode()
    if 0 in text:  # libpq would take what stands before it
        raise ValueError("text with NUL is not for PostgreSQL")
    return text


class RowReader:
    """Makes tuples of the rows of one statement's results, on one connection.

    What their columns are is found out once: for a prepared statement they stay the same.
    """

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._transformer = Transformer(connection)
        self._known = False

    def rows(self, result: PGresult) -> Rows:
        """Every row of it."""
        self._transformer.set_pgresult(result, set_loaders=not self._known)
        self._known = True
        try:
            rows: Rows = self._transformer.load_rows(0, result.ntuples, tuple)
        finally:
            self._transformer.set_pgresult(None, set_loaders=False)  # it may be large
        return rows


class _JsonText(Loader):
    """JSON as the text that it is: most of it is `[]`, which needs no parser."""

    format = Format.BINARY

    def load(self, data: Any) -> str:
        return str(data[_JSONB_VERSION:], "utf-8")


def read_json_as_text(context: AdaptContext) -> None:
    """Make a connection give JSON as text, which is what SQLite gives too."""
    if (adapters := context.adapters) is not None:
        adapters.register_loader("jsonb", _JsonText)
