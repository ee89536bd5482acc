"""`Backups` of an SQLite file: a plain SQLite file, taken while the service runs."""

import dataclasses
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from adapters.sql.placing import placed
from adapters.sql.sealing import break_seal, seal, sealed_size
from adapters.sqlite.replacing import put_aside, sole_use
from adapters.sqlite.settling import settle
from application.backups import BackupError, Backups, Content, Restored, Sum, Tell, Terms

_MAGIC = b"SQLite format 3\0"
_POSTGRESQL = b"PGDMP"
_PAGES = 1_024  # copied between two words about how far it has come


class SqliteBackups(Backups):
    """Backups of the file at `path`, or at the end of the links there, which stay."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()

    def take(self, file: Path, tell: Tell, *, replace: bool) -> Content:
        if not self._path.exists():
            raise BackupError("the database's file is not there (DATABASE_URL)")
        if file.exists() and file.samefile(self._path):
            raise BackupError(f"{file} is the database itself")
        with placed(file, replace=replace) as part, _translated():
            with closing(_connect(self._path, "mode=rw")) as source:
                # A read transaction: the copy is of one moment, however much is written meanwhile.
                source.execute("BEGIN")
                wanted = _content(source)
                _copy(source, part, tell)
            seal(part)
            tell("checking")
            written = self.read(part)
            written.must_equal(wanted)
            return written

    def read(self, file: Path) -> Content:
        _check_kind(file)
        if file.with_name(f"{file.name}-wal").exists():
            raise BackupError(f"{file} is not all there is: a log lies beside it")
        sealed = sealed_size(file) is not None
        if not sealed:
            _check_size(file)
        # Immutable: nothing is locked and nothing made beside it, wherever it lies.
        with _translated(), closing(_connect(file, "immutable=1")) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise BackupError(f"{file} is damaged: {found.splitlines()[-1]}")
            return dataclasses.replace(_content(connection), sealed=sealed)

    def holds_tables(self) -> bool:
        try:
            with closing(_connect(self._path, "mode=ro")) as connection:
                return bool(connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone())
        except sqlite3.DatabaseError:
            return self._path.exists()  # damaged: there may have been

    def restore(self, file: Path, content: Content, terms: Terms, tell: Tell) -> Restored:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The lock is given back last, when the new file has the name.
        with (
            _translated(),
            sole_use(self._path) as replaced,
            placed(self._path, replace=True) as part,
        ):
            tell("copying")
            shutil.copyfile(file, part)
            tell("checking")
            self.read(part).must_equal(content)
            break_seal(part)
            ended = settle(part, replaced, terms)
            return Restored(ended, put_aside(self._path, part, terms.at))


def _connect(file: Path, options: str) -> sqlite3.Connection:
    address = f"{file.absolute().as_uri()}?{options}"
    return sqlite3.connect(address, uri=True, isolation_level=None)


def _copy(source: sqlite3.Connection, part: Path, tell: Tell) -> None:
    def progress(_: int, remaining: int, total: int) -> None:
        tell(f"{100 * (total - remaining) // max(total, 1)} %")

    with closing(_connect(part, "mode=rw")) as copy:
        copy.execute("PRAGMA journal_mode=OFF")  # what is left half done is never used
        copy.execute("PRAGMA synchronous=OFF")  # it is synchronised as a whole
        source.backup(copy, pages=_PAGES, progress=progress)
        copy.execute("PRAGMA journal_mode=DELETE")  # the source has a log beside it


def _content(connection: sqlite3.Connection) -> Content:
    """Raises `BackupError` where there is nothing of ours."""
    listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
    names = [name for (name,) in connection.execute(rf"{listed} ESCAPE '\'").fetchall()]
    if "alembic_version" not in names:
        raise BackupError("there are no tables of Taskhaven in it")
    tables = {name: _sum(connection, name) for name in names}
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return Content(row[0] if row else "none", tables)


def _sum(connection: sqlite3.Connection, table: str) -> Sum:
    total = Sum()
    quoted = table.replace('"', '""')
    for row in connection.execute(f'SELECT * FROM "{quoted}"'):  # noqa: S608 - a table's own name
        total.add(json.dumps(row, default=bytes.hex).encode())
    return total


def _check_kind(file: Path) -> None:
    try:
        with file.open("rb") as opened:
            start = opened.read(len(_MAGIC))
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror}") from None
    if start.startswith(_POSTGRESQL):
        raise BackupError(
            f"{file} is a backup of PostgreSQL, and DATABASE_URL names an SQLite file"
        )
    if start != _MAGIC:
        raise BackupError(f"{file} is no backup of an SQLite file")


def _check_size(file: Path) -> None:
    """Raise `BackupError` for half a page, which SQLite itself takes for a whole one."""
    with file.open("rb") as opened:
        opened.seek(16)
        page = int.from_bytes(opened.read(2))
    page = 65_536 if page == 1 else page
    if page == 0 or file.stat().st_size % page:
        raise BackupError(f"{file} is damaged: it ends in the middle of a page")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BackupError(f"SQLite: {error}") from None
