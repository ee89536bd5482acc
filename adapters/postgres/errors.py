"""What PostgreSQL's errors mean to the application."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from application.errors import Busy, CorruptRecord, KeyTaken, Unavailable
from domain.errors import TooManyTasks

_LOST_RACE = frozenset(
    {
        "TH001",  # our own: the task is no longer in the version before the change
        "40001",  # serialization
        "40P01",  # deadlock
        "55P03",  # lock not available
    }
)
_TASKS_KEY = "tasks_pkey"  # of a new task that another writer has added; shards append a number
_REFUSED = {"TH002": KeyTaken, "TH003": TooManyTasks}  # our own, raised by `apply_changes`
_AWAY = (
    "08",  # connection
    "28",  # credentials
    "3D",  # no such database
    "53",  # out of connections, disk or memory
    "57",  # shut down, starting up, or statement timeout
    "58",  # the machine below
    "25006",  # read-only: a replica, or a primary that was one
    "25P03",  # idle in transaction
    "42501",  # no rights
    "42703",  # no such column: another schema
    "42P01",  # no such table: another schema
    "42883",  # no such function: another schema
    "0A000",  # a prepared statement's columns are of another type: another schema
    "26000",  # no such prepared statement: a pooler that shares sessions
    "42P05",  # one more of that name: the same
    "23502",  # a column that we do not know wants a value: another schema
)


def meaning(error: psycopg.Error) -> Exception:
    """`Busy` of a lost race, `KeyTaken` of a key that has a receipt, `Unavailable` of an outage,
    `CorruptRecord` of a value that the driver cannot read.

    Other errors are ours and stay what they are. The state alone goes into the message: the
    server's text can hold names and values.
    """
    taken = (error.diag.constraint_name or "").startswith(_TASKS_KEY)
    if taken or error.sqlstate in _LOST_RACE:
        return Busy(f"PostgreSQL: {error.sqlstate}")
    if refusal := _REFUSED.get(error.sqlstate or ""):
        return refusal()
    away = error.sqlstate and error.sqlstate.startswith(_AWAY)
    lost = error.sqlstate is None and isinstance(
        error, psycopg.OperationalError | psycopg.InterfaceError
    )
    if away or lost:
        return Unavailable(f"PostgreSQL: {error.sqlstate or 'connection lost'}")
    if error.sqlstate is None and isinstance(error, psycopg.DataError):
        return CorruptRecord("a row holds what has no form here, such as a date before Christ")
    return error


@contextmanager
def translated() -> Iterator[None]:
    """Raise what an error in the block means."""
    try:
        yield
    except psycopg.Error as error:
        found = meaning(error)
        if found is error:
            raise
        raise found from error
