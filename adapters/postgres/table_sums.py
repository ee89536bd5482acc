"""The tables of a database and their sums, of the text that COPY makes of their rows."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import psycopg
from psycopg import sql

from adapters.postgres.archive import table_name
from application.backups import BackupError, Content, Sum, Tell

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_UTC_AND_ISO = """
SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, MDY'; SET LOCAL intervalstyle = 'postgres';
SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL row_security = off;
SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0
"""  # as pg_dump has them, so that both write a value the same way
_TABLES = """
SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't'
AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2
"""  # extensions bring tables of their own
_OF_EXTENSIONS = """
SELECT n.nspname, c.relname, COALESCE(e.condition, '')
FROM (SELECT pg_catalog.unnest(extconfig) AS oid, pg_catalog.unnest(extcondition) AS condition
    FROM pg_catalog.pg_extension) e
JOIN pg_catalog.pg_class c ON c.oid = e.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' ORDER BY 1, 2
"""  # their rows are dumped as far as the condition goes: those that are not the extension's own
_COLUMNS = """
SELECT attname FROM pg_catalog.pg_attribute
WHERE attrelid = pg_catalog.format('%%I.%%I', %s::text, %s::text)::pg_catalog.regclass
AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""


def settle_text(connection: Connection) -> None:
    """Make values have, for this transaction, the text that they have in a dump."""
    connection.execute(_UTC_AND_ISO)


def tables(connection: Connection) -> Sequence[tuple[str, str]]:
    """Schema and name of every table but those of extensions."""
    return [(schema, name) for schema, name in connection.execute(_TABLES).fetchall()]


def sums(connection: Connection, tell: Tell = lambda _: None) -> dict[str, Sum]:
    """The sums of all that a dump would have, under the names that it gives to the tables."""
    found: dict[str, Sum] = {}
    ours = [(schema, name, "") for schema, name in tables(connection)]
    for schema, name, condition in (*ours, *connection.execute(_OF_EXTENSIONS).fetchall()):
        tell(f"reading {name}")
        found[table_name(f"{schema}.{name}")] = _sum_of(connection, schema, name, condition)
    return found


def _sum_of(connection: Connection, schema: str, name: str, condition: str) -> Sum:
    """The sum of a table's rows, which are not held in memory."""
    columns = connection.execute(_COLUMNS, [schema, name]).fetchall()
    copy = sql.SQL("COPY (SELECT {} FROM ONLY {} {}) TO STDOUT").format(
        sql.SQL(", ").join(sql.Identifier(c) for (c,) in columns),
        sql.Identifier(schema, name),
        sql.SQL(condition),  # an extension's own SQL, as pg_dump runs it
    )
    total = Sum()
    with connection.cursor().copy(copy) as rows:
        for row in rows:
            total.add(bytes(row))
    return total


def read_content(connection: Connection, tell: Tell) -> Content:
    """What the transaction sees. Raises `BackupError` where there is nothing of ours."""
    revision = None
    for schema, name in tables(connection):
        if name == "alembic_version":
            versions = sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(schema, name))
            row = connection.execute(versions).fetchone()
            revision = str(row[0]) if row else None
    found = sums(connection, tell)
    if revision is None:
        raise BackupError("there are no tables of Taskhaven in the database")
    return Content(revision, found)
