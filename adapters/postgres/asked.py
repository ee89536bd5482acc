"""A statement under way, and what was heard of it so far."""

import asyncio
from dataclasses import dataclass, field

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from adapters.postgres.known import Known
from application.errors import Unavailable

# As plain numbers: libpq gives such, and an enumeration's members are slow to compare with them.
SYNCHRONIZED = int(ExecStatus.PIPELINE_SYNC)
_FAILED = int(ExecStatus.FATAL_ERROR)
_SKIPPED = int(ExecStatus.PIPELINE_ABORTED)
_DONE = {int(ExecStatus.COMMAND_OK), int(ExecStatus.TUPLES_OK)}


class NotRun(Unavailable):
    """What was sent before it, within the same transaction, failed; so it was not even tried."""


@dataclass(slots=True)
class Asked:
    """A statement that was sent `since` then, on the loop's clock, in so many `parts`.

    The last part is the statement itself; those before it, if it `prepares`, are what prepares it.
    """

    known: Known
    since: float
    future: "asyncio.Future[PGresult]" = field(repr=False)
    parts: int = 1
    error: psycopg.Error | None = field(default=None, repr=False)
    prepares: bool = field(init=False)
    _result: PGresult | None = field(default=None, init=False, repr=False)
    _skipped: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.prepares = self.parts > 1

    def hear(self, result: PGresult) -> None:
        """Take in what the server says of it.

        Raises `psycopg.Error` of what no statement of ours is answered with.
        """
        status = result.status
        if status in _DONE:
            self._result = result
        elif status == _FAILED:
            self.error = self.error or error_from_result(result)
        elif status == _SKIPPED:
            self._skipped = True
        else:  # libpq would give one like it for ever
            raise psycopg.NotSupportedError(f"no answer has the status {status}")

    def settle(self) -> None:
        """The transaction that it was part of has ended: tell whoever still waits."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        elif self._skipped:
            self.future.set_exception(NotRun("PostgreSQL: not run"))
        elif self._result is not None:
            self.future.set_result(self._result)
        else:
            self.future.set_exception(Unavailable("PostgreSQL: no result"))

    def give_up(self, why: Unavailable) -> None:
        """Nothing more will be heard of it."""
        if not self.future.done():
            self.future.set_exception(why)
