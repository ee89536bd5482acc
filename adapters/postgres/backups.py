"""`Backups` of a PostgreSQL database: a file that `pg_dump` writes, of a snapshot read here too."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from adapters.postgres.archive import content_of
from adapters.postgres.client_programs import environment, program, running
from adapters.postgres.restoring import restore
from adapters.postgres.table_sums import Connection, read_content, settle_text, tables
from adapters.sql.placing import placed
from adapters.sql.sealing import seal
from application.backups import BackupError, Backups, Content, Restored, Tell, Terms

_CONNECT = 10  # seconds
_NEXT_WORD = 0.5  # seconds between two words about how far it has come
_OTHERS = """
SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity
WHERE datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid()
AND application_name = ANY (%s)
"""


class PostgresBackups(Backups):
    """Backups of the database at `url`, which must not lead through a pooler.

    The service itself connects to `served`, which may.
    """

    def __init__(self, url: str, served: str) -> None:
        self._url = url
        given = [conninfo_to_dict(each).get("application_name") for each in (url, served)]
        self._names = ["taskhaven", *filter(None, given)]

    def take(self, file: Path, tell: Tell, *, replace: bool) -> Content:
        with placed(file, replace=replace) as part:
            with self._transaction() as connection:
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                settle_text(connection)
                wanted = read_content(connection, tell)
                row = connection.execute("SELECT pg_catalog.pg_export_snapshot()").fetchone()
                self._dump(connection, str(row[0]) if row else "", part, tell)
            seal(part)
            tell("checking")
            written = content_of(part)
            written.must_equal(wanted)
            return written

    def read(self, file: Path) -> Content:
        return content_of(file)

    def holds_tables(self) -> bool:
        with self._transaction() as connection:
            return bool(tables(connection))

    def restore(self, file: Path, content: Content, terms: Terms, tell: Tell) -> Restored:
        with self._transaction() as connection:
            settle_text(connection)
            if not terms.force:
                self._refuse_if_served(connection)
            return restore(connection, file, content, terms, tell)

    def _refuse_if_served(self, connection: Connection) -> None:
        row = connection.execute(_OTHERS, [self._names]).fetchone()
        if row and row[0]:
            raise BackupError(
                f"{row[0]} connections of the service are open: stop it first; if it is stopped, a "
                "pooler keeps them (PgBouncer: stop it, or RECONNECT), or use --force"
            )

    def _dump(self, connection: Connection, snapshot: str, part: Path, tell: Tell) -> None:
        server = connection.info.server_version // 10_000
        arguments = [
            program("pg_dump", at_least=server),
            *("--format=custom", "--no-password", f"--snapshot={snapshot}", f"--file={part}"),
        ]
        with running(arguments, environment(self._url)) as process:
            while True:
                try:
                    process.wait(_NEXT_WORD)
                except subprocess.TimeoutExpired:
                    tell(f"{part.stat().st_size:,} bytes")
                else:
                    return

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A connection with a transaction that is committed at the end of the block."""
        given: dict[str, Any] = {"connect_timeout": _CONNECT, **conninfo_to_dict(self._url)}
        given |= {"application_name": "taskhaven-backup", "prepare_threshold": None}
        try:
            with psycopg.connect(**given) as connection:
                yield connection
        except psycopg.Error as error:
            # libpq's own messages name the address, the server's name what is the matter.
            said = error.diag.message_primary or "the database cannot be reached (DATABASE_URL)"
            raise BackupError(f"PostgreSQL: {said}") from None
