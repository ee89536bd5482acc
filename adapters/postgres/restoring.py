"""Puts a dump into a database: one transaction, which ends when what it wrote was read back."""

from pathlib import Path

from psycopg import sql

from adapters.postgres.archive import Piece, pieces, schema_of, table_name
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.table_sums import Connection, sums, tables
from adapters.sql.database import compiled, insert_new
from adapters.sql.restored import end_sessions, kept_owner, move_journals
from adapters.sql.tables import metadata, owners
from application.backups import BackupError, Content, Restored, Tell, Terms

_dialect = PostgresDatabase.dialect
_OURS = ("alembic_version", *metadata.tables)
_FUNCTIONS = """
SELECT p.oid::pg_catalog.regprocedure::text FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = %s AND p.proname = 'apply_changes'
"""
_OWNED_BY_ANOTHER = """
SELECT pg_catalog.pg_get_userbyid(c.relowner), current_user FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = ANY (%s) AND c.relkind = 'r'
AND pg_catalog.pg_get_userbyid(c.relowner) <> current_user
"""
_UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"


def restore(
    connection: Connection, file: Path, content: Content, terms: Terms, tell: Tell
) -> Restored:
    """Do it in the connection's transaction, which is the caller's to commit."""
    schema = schema_of(content)
    _refuse_if_of_another(connection, schema)
    known = _drop(connection, schema) if terms.replace else []
    options = ("--clean", "--if-exists") if terms.replace else ()
    with pieces(file, "--no-owner", "--no-privileges", *options) as script:
        for piece in script:
            _run(connection, piece, tell)
    tell("checking")
    now = sums(connection)
    there = {name: total for name, total in now.items() if name in content.tables}
    Content(content.revision, there).must_equal(content)
    left = {table_name(f"{s}.{name}") for s, name in tables(connection)} - there.keys()
    return Restored(_settle(connection, schema, known, terms), left=sorted(left))


def _refuse_if_of_another(connection: Connection, schema: str) -> None:
    """Raise `BackupError` unless what is there is the role's that restores.

    The tables would be its own afterwards, and nothing that was granted on them be left.
    """
    row = connection.execute(_OWNED_BY_ANOTHER, [schema, list(_OURS)]).fetchone()
    if row:
        owner, role = row
        raise BackupError(
            f"the tables belong to the role {owner}, not to {role}: restore as {owner}"
        )


def _drop(connection: Connection, schema: str) -> list[str]:
    """Drop what this version knows, newer than the dump or not; returns the owners there were."""
    here = [name for found, name in tables(connection) if found == schema and name in _OURS]
    known = []
    if owners.name in here:
        table = sql.Identifier(schema, owners.name)
        rows = connection.execute(sql.SQL("SELECT owner_id FROM {}").format(table)).fetchall()
        known = [key for (key,) in rows]
    for name in here:
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(schema, name)))
    for (function,) in connection.execute(_FUNCTIONS, [schema]).fetchall():
        connection.execute(sql.SQL("DROP FUNCTION {}").format(sql.SQL(function)))
    return known


def _run(connection: Connection, piece: Piece, tell: Tell) -> None:
    if isinstance(piece, bytes):
        if connection.info.server_version < 170_000:
            piece = piece.replace(_UNKNOWN_BEFORE_17, b"")
        connection.execute(piece)
        return
    tell(f"writing {piece.table}")
    with connection.cursor().copy(piece.command) as copy:
        for line in piece.lines:
            copy.write(line)


def _settle(connection: Connection, schema: str, known: list[str], terms: Terms) -> int:
    """Do what the terms say; returns how many sessions ended."""
    connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
    end, move = compiled(end_sessions(), _dialect), compiled(move_journals(), _dialect)
    keep = insert_new(owners, _dialect)
    ended = 0 if terms.keep_sessions else connection.execute(end.text.encode()).rowcount
    connection.execute(move.text.encode(), move.bind({"position": terms.position}))
    rows = [keep.bind(kept_owner(key, terms.position)) for key in known]
    connection.cursor().executemany(keep.text.encode(), rows)
    return ended
