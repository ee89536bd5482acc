"""What is in a file that `pg_dump` wrote, as a stream: SQL, and the rows of tables between it."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from adapters.postgres.client_programs import environment, program, running
from adapters.sql.sealing import sealed_size
from application.backups import BackupError, Content, Sum

_MAGIC = b"PGDMP"
_SQLITE = b"SQLite format 3\0"
_COPY = re.compile(rb"COPY ((?:[^\n(])+?) +(?:\([^\n]*\) )?FROM stdin;\n")
_FOR_PSQL = (b"\\restrict ", b"\\unrestrict ")  # words to another program, around the script


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table, each a line of COPY's text; all of them have to be taken.

    `command` is what takes them into a database.
    """

    table: str
    command: bytes
    lines: Iterator[bytes]


Piece: TypeAlias = bytes | Rows


@contextmanager
def pieces(file: Path, *options: str) -> Iterator[Iterator[Piece]]:
    """The script that `pg_restore` makes of the file. Raises `BackupError` where it is damaged."""
    arguments = [program("pg_restore"), "--file=-", *options, str(file)]
    with running(arguments, environment()) as process:
        if process.stdout is None:
            raise BackupError("pg_restore has no output")
        yield pieces_of(process.stdout)


def pieces_of(script: Iterable[bytes]) -> Iterator[Piece]:
    """The pieces of a script of lines, in order."""
    lines, sql = iter(script), list[bytes]()
    for line in lines:
        match = _COPY.fullmatch(line)
        if match is None:
            if not line.startswith(_FOR_PSQL):
                sql.append(line)
            continue
        if sql:
            yield b"".join(sql)
        sql = []
        yield Rows(table_name(match[1].decode(errors="replace")), line, _rows(lines))
    if sql:
        yield b"".join(sql)


def table_name(text: str) -> str:
    """A table's name for people and for comparing: without quotes, and without `public`."""
    return text.replace('"', "").removeprefix("public.")


def content_of(file: Path) -> Content:
    """What the whole file holds. Raises `BackupError` where there is nothing of ours."""
    check_kind(file)
    sealed = sealed_size(file) is not None
    tables: dict[str, Sum] = {}
    revision = None
    with pieces(file, "--data-only") as found:
        for piece in found:
            if isinstance(piece, bytes):
                continue
            tables[piece.table] = total = Sum()
            for line in piece.lines:
                total.add(line)
                if is_revision(piece.table):
                    revision = line.decode(errors="replace").strip()
    if revision is None:
        raise BackupError("there are no tables of Taskhaven in it")
    return Content(revision, tables, sealed)


def is_revision(table: str) -> bool:
    """Whether it is the table with the schema's revision."""
    return table.rpartition(".")[2] == "alembic_version"


def schema_of(content: Content) -> str:
    """The schema in which our tables are."""
    (table,) = filter(is_revision, content.tables)
    return table.rpartition(".")[0] or "public"


def check_kind(file: Path) -> None:
    """Raise `BackupError` unless `pg_dump` wrote the file."""
    try:
        with file.open("rb") as opened:
            start = opened.read(len(_SQLITE))
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror}") from None
    if start == _SQLITE:
        raise BackupError(
            f"{file} is a backup of an SQLite file, and DATABASE_URL names PostgreSQL"
        )
    if not start.startswith(_MAGIC):
        raise BackupError(f"{file} is no backup of PostgreSQL")


def _rows(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line == b"\\.\n":
            return
        yield line
    raise BackupError("the file ends in the middle of a table")
