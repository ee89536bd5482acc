"""Brings a database's schema to a revision.

One transaction for all of it, under a lock, so that any number of processes may start at once: one
migrates, the others wait and find nothing left to do.
"""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy.exc import ProgrammingError

from adapters.sql.revisions import serves
from migrations import HEAD
from migrations.connecting import PATIENCE, current, locked

_NO_RIGHTS = "42501"


class SchemaAhead(Exception):
    """The database is at a revision that this version of the code does not know."""


class MayNotMigrate(Exception):
    """The role may not change the schema, which is at `before`."""

    def __init__(self, before: str | None) -> None:
        self.before = before
        super().__init__(before)


def upgrade(database: Path | str, revision: str = "head", patience: int = PATIENCE) -> str | None:
    """Bring the SQLite file or PostgreSQL URL up to `revision`; returns where it was before.

    One that went further, by steps that this code need not know, is left as it is.
    A schema that is up to date takes a role that may read its revision, and no more. Raises
    `SchemaAhead`, `MayNotMigrate`, and what the driver raises where the database cannot be reached
    or a lock cannot be had within `patience` seconds.
    """
    with locked(database, patience) as connection:
        before = current(connection)
        if revision == "head" and before is not None and serves(before, HEAD):
            return before
        # Takes a while to import, and memory, which most starts have no use for.
        from migrations import steps

        _refuse_ahead(before, steps.known())
        try:
            steps.up(connection, revision)
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) == _NO_RIGHTS:
                raise MayNotMigrate(before) from None
            raise
        return before


def downgrade(database: Path | str, revision: str) -> None:
    """Take the schema back to `revision` (`base`: to nothing). Loses what later ones added."""
    from migrations import steps

    with locked(database) as connection:
        _refuse_ahead(current(connection), steps.known())
        steps.down(connection, revision)


def _refuse_ahead(revision: str | None, known: Collection[str]) -> None:
    if revision is not None and revision not in known and not serves(revision, HEAD):
        raise SchemaAhead(revision)
