"""A look at a PostgreSQL server, for those who have to set it up right."""

from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from adapters.postgres.errors import translated
from application.errors import Unavailable
from application.inspection import ServerInspection, ServerSeen, Way

_PATIENCE = 4  # seconds to connect
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
        settings: dict[str, Any] = {"connect_timeout": _PATIENCE, **conninfo_to_dict(self._url)}
        with translated(), psycopg.connect(**settings, prepare_threshold=None) as connection:
            connection.read_only = True
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
                pooled=pid != connection.pgconn.backend_pid,
                most_connections=most,
                clock_ahead=clock - (asked + (heard - asked) / 2),
            )


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
