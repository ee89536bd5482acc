"""What tests of backups do with a database."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from application.backups import Backups, Content, Restored
from tests.http.api import container
from tests.migrations.databases import connected, leave_rows


def fill(url: str) -> None:
    """A row into every table, from a test that is no coroutine."""
    asyncio.run(leave_rows(url))


def quietly(_: str) -> None:
    """Hears how far it has come."""


def backups(url: str) -> Backups:
    """The backups of a database, as the service has them."""
    found: Backups = container(DATABASE_URL=url).backups()
    return found


def take(url: str, file: Path) -> Content:
    """A backup in `file`."""
    return backups(url).take(file, quietly, replace=False)


def restore(url: str, file: Path, **terms: bool) -> Restored:
    """What `taskhaven restore` does, after its questions."""
    made = container(DATABASE_URL=url)
    content = made.check_backup()(file)
    done: Restored = made.restore_backup()(file, content, quietly, **terms)
    return done


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """What a query finds."""
    with connected(url) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query).fetchall()]


def change(url: str, *statements: str) -> None:
    """Do what no use case does."""
    with connected(url) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def counts(said: str) -> Mapping[str, int]:
    """The rows of each table, as a command's output has them."""
    lines = (line.split() for line in said.splitlines() if line.endswith(" rows"))
    return {line[0]: int(line[1].replace(",", "")) for line in lines}


def checksum(said: str) -> str:
    """The checksum in a command's output."""
    (line,) = (line for line in said.splitlines() if line.startswith("Checksum "))
    return line.split()[1].rstrip(",")
