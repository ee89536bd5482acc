"""Storage in an SQLite file."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from adapters.sqlite.backups import SqliteBackups
from adapters.sqlite.database import SqliteDatabase
from adapters.sqlite.tasks import SqliteTasks
from adapters.system.vitals import Reading
from application.metering import WRITES_WAITING, Meter
from entrypoints.container.sql import SqlPorts
from entrypoints.settings import Settings
from migrations import HEAD


class SqlitePorts(SqlPorts):
    """The ports that a file serves."""

    def __init__(self, settings: Settings, meter: Meter) -> None:
        self._path = Path(settings.database_url.target)
        self._database = SqliteDatabase(self._path, HEAD)
        super().__init__(self._database, None, meter)

    @cached_property
    def tasks(self) -> SqliteTasks:
        return SqliteTasks(self._database, written=self.feed.changed)

    @cached_property
    def backups(self) -> SqliteBackups:
        return SqliteBackups(self._path)

    @property
    def readings(self) -> Sequence[Reading]:
        """What is to be measured of it."""
        return [(WRITES_WAITING, (), lambda: self._database.writes_waiting)]
