"""Roles of a PostgreSQL server that may do no more than serving takes."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

PASSWORD = "canary-of-the-role"


@contextmanager
def role_that_serves(url: str) -> Iterator[str]:
    """The database's URL for a role that may read and write rows, and change no table.

    `url` is of a migrated database, for a role that may create others.
    """
    name = f"serving_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (
            "CREATE ROLE {role} LOGIN PASSWORD {password}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",  # which PostgreSQL 14 still grants
            "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
        ):
            connection.execute(
                sql.SQL(statement).format(role=sql.Identifier(name), password=sql.Literal(PASSWORD))
            )
        try:
            yield with_user(url, name, PASSWORD)
        finally:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def with_user(url: str, user: str, password: str) -> str:
    """The same address for somebody else."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{place}"))
