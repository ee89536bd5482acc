"""Checks of where the database's schema is."""

from pathlib import Path

from sqlalchemy.exc import DatabaseError

from entrypoints.doctor.findings import Finding, error, ok, warning
from entrypoints.startup import schema_ahead, why_unusable
from migrations import standing
from migrations.standing import Standing


def schema(found: Standing) -> Finding:
    """What is to be said of a schema."""
    if found.ahead:
        said = schema_ahead(found.current).partition(": ")
        return error("migrations", said[0], f"{said[2].capitalize()}.")
    if found.up_to_date:
        return ok("migrations", f"the schema is up to date, at {found.current}")
    where = f"the schema is at {found.current}" if found.current else "there is no schema yet"
    return warning(
        "migrations",
        f"{where}, and {len(found.pending)} migrations are to run",
        "taskhaven serve runs them if its role may, and so does taskhaven migrate; "
        "--plan shows them.",
    )


def look(target: Path | str, setting: str = "DATABASE_URL") -> Standing:
    """Where the schema is of the database that a setting names. Raises `CannotLook`."""
    try:
        return standing.look(target)
    except (DatabaseError, OSError) as failure:
        raise CannotLook(why_unusable(failure, setting)) from None


class CannotLook(Exception):
    """The database cannot be reached or read; the message says why, without its address."""
