"""A PostgreSQL server that is there, and databases that come and go in it."""

from typing import Self
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql


class RunningServer:
    """A server that somebody else runs. The role in its URL must be allowed to create databases."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._created: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in tuple(self._created):
            self.drop_database(name)

    def url(self, database: str) -> str:
        """Where a database of this server is."""
        scheme, netloc, _, query, _ = urlsplit(self._url)
        name = quote(database, safe="")
        return f"{scheme}://{netloc}/{name}?{query}" if query else f"{scheme}://{netloc}/{name}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database and return its URL; nobody may be connected to its template."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(
            statement.format(sql.Identifier(name), sql.Identifier(template or "template0"))
        )
        self._created.add(name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, whoever is connected to it."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._execute(statement.format(sql.Identifier(name)))
        self._created.discard(name)

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement)
