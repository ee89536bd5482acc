"""What the shared adapters ask of a database."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Dialect, Table, bindparam, insert
from sqlalchemy.sql import ClauseElement

from adapters.sql.revisions import serves
from application.errors import Unavailable
from application.ports import Storage

Params = Mapping[str, object]
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text in a driver's own form, with the values SQLAlchemy itself binds into it."""

    text: str
    constants: Params

    def bind(self, params: Params) -> Params:
        """The parameters to send with the text."""
        return {**self.constants, **params} if self.constants else params


class Database(Storage, Protocol):
    """Runs single statements, each its own transaction.

    Every method raises `Unavailable` where the database cannot be reached or does not answer.
    """

    @property
    @abstractmethod
    def dialect(self) -> Dialect:
        """The dialect that statements are compiled for."""

    @abstractmethod
    async def fetch(self, statement: Statement, params: Params, *, scan: bool = False) -> Rows:
        """Every row that a statement which only reads gives.

        `scan` says that it may read many more rows than it gives, and so take a while.
        """

    @abstractmethod
    async def execute(self, statement: Statement, params: Params) -> int:
        """Run a statement that writes; returns how many rows it touched.

        Where it raises `Unavailable`, it may have been done all the same.
        """

    @abstractmethod
    async def execute_all(
        self, first: tuple[Statement, Params], *others: tuple[Statement, Params]
    ) -> int:
        """Run statements that write in one transaction, the others only if the first touched a row.

        Returns how many rows the first touched. Where it raises `Unavailable`, all of it or nothing
        was done.
        """


async def check_revision(database: Database, revision: str) -> None:
    """Raises `Unavailable` unless the database's schema serves code that needs `revision`."""
    found = await database.fetch(Statement("SELECT version_num FROM alembic_version", {}), {})
    if len(found) != 1 or not serves(found[0][0], revision):
        names = ", ".join(str(name) for (name,) in found) or "no revision"
        raise Unavailable(
            f"the database's schema is at {names}, and this version needs {revision}: "
            "taskhaven migrate --status tells more"
        )


def compiled(element: ClauseElement, dialect: Dialect) -> Statement:
    """The statement for a dialect. Parameters without a value are the caller's to bind."""
    result = element.compile(dialect=dialect)
    constants = {name: value for name, value in result.params.items() if value is not None}
    return Statement(str(result), constants)


def insert_new(table: Table, dialect: Dialect) -> Statement:
    """Inserts a row, bound by the names of its columns, unless one of its keys is taken."""
    values: dict[str, Any] = {column.name: bindparam(column.name) for column in table.c}
    statement = compiled(insert(table).values(values).inline(), dialect)
    return Statement(f"{statement.text} ON CONFLICT DO NOTHING", statement.constants)
