"""Which storage, and where: a URL whose scheme chooses the adapter."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

_POSTGRESQL = re.compile(r"postgres(?:ql)?(?:\+[a-z0-9]+)?://")
_FORMS = "must be sqlite:///path/to/file, postgresql://user:password@host/name or memory:"


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """A storage's scheme and, below it, the file's path or the server's address for libpq."""

    scheme: Literal["memory", "sqlite", "postgresql"]
    path: Path | None = None
    address: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From a setting's text; `postgres://` and SQLAlchemy's `postgresql+driver://` will do.

        Raises `ValueError`, which says what it must be and shows nothing of what it was.
        """
        if text in {"memory:", "memory://"}:
            return cls("memory")
        if text.startswith("sqlite:///"):
            name = text.removeprefix("sqlite:///")
            if not name or ":memory:" in name or "?" in name:
                raise ValueError(f"{_FORMS}; an SQLite file takes no options")
            return cls("sqlite", path=Path(name))
        if match := _POSTGRESQL.match(text):
            return cls("postgresql", address=_checked(f"postgresql://{text[match.end() :]}"))
        raise ValueError(_FORMS)

    @property
    def target(self) -> Path | str:
        """What a driver takes: the file's path or the server's address."""
        target = self.path or self.address
        if target is None:
            raise ValueError("memory has no address")
        return target

    def __str__(self) -> str:
        """For people: without user, password or options."""
        if self.path is not None:
            return f"SQLite ({self.path})"
        return "PostgreSQL" if self.address else "memory (nothing outlives the process)"


def _checked(address: str) -> str:
    # psycopg takes a while to import, which a start on SQLite need not wait for.
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        conninfo_to_dict(address)
    except ProgrammingError:
        raise ValueError("must be an address that libpq understands, options included") from None
    return address
