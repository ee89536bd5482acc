"""A statement under way, and what was heard of it so far."""

import asyncio
from dataclasses import dataclass

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from adapters.postgres.prepared import Known
from application.errors import Unavailable

# As plain numbers: libpq gives such, and an enumeration's members are slow to compare with them.
_SYNCHRONIZED = int(ExecStatus.PIPELINE_SYNC)
_FAILED = int(ExecStatus.FATAL_ERROR)
_SKIPPED = int(ExecStatus.PIPELINE_ABORTED)
_DONE = {int(ExecStatus.COMMAND_OK), int(ExecStatus.TUPLES_OK)}


@dataclass(slots=True)
class Asked:
    """A statement that was sent `since` then, on the loop's clock."""

    known: Known
    since: float
    future: "asyncio.Future[PGresult]"
    error: psycopg.Error | None = None
    _result: PGresult | None = None

    def hear(self, result: PGresult) -> bool:
        """Take in what the server says of it; returns whether that was the last.

        Raises `psycopg.Error` of what no statement of ours is answered with.
        """
        status = result.status
        if status == _SYNCHRONIZED:
            self._settle()
            return True
        if status == _FAILED:
            self.error = self.error or error_from_result(result)
        elif status in _DONE:
            self._result = result
        elif status != _SKIPPED:  # libpq would give one like it for ever
            raise psycopg.NotSupportedError(f"no answer has the status {status}")
        return False

    def give_up(self, why: Unavailable) -> None:
        """Nothing more will be heard of it."""
        if not self.future.done():
            self.future.set_exception(why)

    def _settle(self) -> None:
        if self.future.done():  # whoever asked waits no longer
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        elif self._result is not None:
            self.future.set_result(self._result)
        else:
            self.future.set_exception(Unavailable("PostgreSQL: no result"))
