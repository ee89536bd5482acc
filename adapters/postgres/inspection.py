"""A look at a PostgreSQL server, for those who have to set it up right."""

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import Any, TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from adapters.postgres.errors import translated
from application.errors import Unavailable
from application.inspection import ServerInspection, ServerSeen, Way

_PATIENCE = 4  # seconds to connect
_LONGEST = 6.0  # seconds of a connection
_LONGEST_SECOND = 2.0  # seconds of one that the first may leave no room for
_TLS = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_LOOK = """
SELECT pg_backend_pid(), clock_timestamp(), current_setting('server_version_num')::int / 10000,
    r.rolsuper, (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class
        WHERE oid = to_regclass('tasks')),
    LEAST(NULLIF(r.rolconnlimit, -1), NULLIF(d.datconnlimit, -1),
        current_setting('max_connections')::int
        - CASE WHEN r.rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::int
            + COALESCE(current_setting('reserved_connections', true)::int, 0) END)
FROM pg_roles r, pg_database d
WHERE r.rolname = current_user AND d.datname = current_database()
"""
_KEEP = "SELECT set_config('taskhaven.probe', %s, false)"
_KEPT = "SELECT current_setting('taskhaven.probe', true)"

_Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"


class PostgresInspection(ServerInspection):
    """Looks at the server at `url`, as the role that stands in it."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def way(self) -> Way:
        given = {**_defaults(), **conninfo_to_dict(self._url)}
        hosts = str(given.get("hostaddr") or given.get("host") or "").split(",")
        mode = str(given.get("sslmode"))
        return Way(all(map(_is_local, hosts)), mode if mode in _TLS else "unknown")

    def look(self) -> ServerSeen:
        with translated(), self._connected() as connection:
            connection.read_only = True
            with connection.transaction():
                connection.execute("SET LOCAL statement_timeout = '3s'")
                asked = datetime.now(UTC)
                row = connection.execute(_LOOK).fetchone()
                heard = datetime.now(UTC)
            if row is None:
                raise Unavailable("PostgreSQL: the role is in no catalogue")
            pid, clock, version, superuser, owner, most = row
            return ServerSeen(
                version=version,
                superuser=superuser,
                owner=bool(owner),
                relayed=pid != connection.pgconn.backend_pid,
                pooled=self._pooled(connection),
                most_connections=most,
                clock_ahead=clock - (asked + (heard - asked) / 2),
            )

    def _pooled(self, one: _Connection) -> bool:
        """Whether what a connection says of its session is lost to it, or reaches another."""
        ours, theirs = secrets.token_hex(8), secrets.token_hex(8)
        one.execute(_KEEP, [ours])
        try:
            with self._connected(_LONGEST_SECOND) as other:
                other.execute(_KEEP, [theirs])
                said = {one: ours, other: theirs}
                # No regular turns, in which a pooler could have its sessions take turns too.
                asked = (one, one, other, one, other, other)
                return any(_kept(each) != said[each] for each in asked)
        except psycopg.OperationalError:  # there is no room for two
            return _kept(one) != ours

    @contextmanager
    def _connected(self, longest: float = _LONGEST) -> Iterator[_Connection]:
        settings: dict[str, Any] = {"connect_timeout": _PATIENCE, **conninfo_to_dict(self._url)}
        with closing(
            psycopg.connect(**settings, autocommit=True, prepare_threshold=None)
        ) as connection:
            timer = Timer(longest, _hang_up, [connection])
            timer.start()
            try:
                yield connection
            finally:
                timer.cancel()


def _kept(connection: _Connection) -> str | None:
    row = connection.execute(_KEPT).fetchone()
    return row[0] if row else None


def _hang_up(connection: _Connection) -> None:
    """End a connection that waits for a pooler to have room, which no timeout of a server ends."""
    with suppress(OSError, psycopg.Error), socket(fileno=os.dup(connection.fileno())) as ours:
        ours.shutdown(SHUT_RDWR)


def _defaults() -> dict[str, str]:
    """What libpq takes where the address says nothing, the environment included."""
    options = Conninfo.get_defaults()
    return {o.keyword.decode(): o.val.decode() for o in options if o.val is not None}


def _is_local(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True  # a socket in the file system, or this machine by name
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
