"""Storage in PostgreSQL."""

from collections.abc import Sequence
from functools import cached_property

from adapters.postgres.backups import PostgresBackups
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.notices import PostgresNotices
from adapters.postgres.tasks import PostgresTasks
from adapters.system.vitals import Reading
from application.metering import CONNECTIONS, CONNECTIONS_MOST, Meter
from entrypoints.container.sql import SqlPorts
from entrypoints.settings import Settings
from migrations import HEAD


class PostgresPorts(SqlPorts):
    """The ports that a database serves."""

    def __init__(self, settings: Settings, meter: Meter) -> None:
        self._pool_size = settings.database_pool_size
        self._url = str(settings.database_url.target)
        self._direct_url = str(settings.direct_target)
        self._database = PostgresDatabase(
            self._url,
            HEAD,
            pool_size=self._pool_size,
            session_state=settings.session_state,
            meter=meter,
        )
        tells = settings.notices == "postgresql"
        notices = PostgresNotices(self._direct_url, self._database) if tells else None
        super().__init__(self._database, notices, meter)

    @cached_property
    def tasks(self) -> PostgresTasks:
        return PostgresTasks(self._database, written=self.feed.changed)

    @cached_property
    def backups(self) -> PostgresBackups:
        return PostgresBackups(self._direct_url, served=self._url)

    @property
    def readings(self) -> Sequence[Reading]:
        """What is to be measured of it."""
        return [
            (CONNECTIONS_MOST, (), lambda: self._pool_size),
            (CONNECTIONS, ("in_use",), lambda: self._database.in_use),
            (CONNECTIONS, ("free",), lambda: self._database.free),
        ]
