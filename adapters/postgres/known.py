"""The statements that a connection has prepared."""

from dataclasses import dataclass
from typing import Any

import psycopg

from adapters.postgres.prepared import Prepared, RowReader

_MOST = 200  # statements of one connection, of which the server remembers each


@dataclass(frozen=True, slots=True)
class Known:
    """A statement that was prepared under a name, and how its rows are read."""

    statement: Prepared
    name: bytes
    reader: RowReader


class KnownStatements:
    """Those of `connection`; the oldest of too many are given up."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection
        self._known: dict[Prepared, Known] = {}
        self._forgotten = 0

    def get(self, statement: Prepared) -> tuple[Known, int]:
        """What it is known by, and how many commands were sent to have it prepared."""
        if (known := self._known.get(statement)) is not None:
            return known, 0
        pgconn, sent = self._connection.pgconn, 1
        if len(self._known) >= _MOST:
            oldest = self._known.pop(next(iter(self._known)))
            pgconn.send_query_params(b"DEALLOCATE %s" % oldest.name, None)
            sent += 1
        name = b"%s_%d" % (statement.name, self._forgotten)
        pgconn.send_prepare(name, statement.query)
        known = self._known[statement] = Known(statement, name, RowReader(self._connection))
        return known, sent

    def forget(self, known: Known) -> None:
        """Prepare a statement anew: the server knows it no longer, or other tables."""
        if self._known.get(known.statement) is known:
            del self._known[known.statement]
            self._forgotten += 1
