"""What a worker looks up of itself, to be measured."""

from importlib.metadata import version

from adapters.postgres.database import PostgresDatabase
from adapters.sqlite.database import SqliteDatabase
from adapters.system.vitals import Reading, Vitals
from application.live import Feed
from application.metering import (
    CONNECTIONS,
    CONNECTIONS_MOST,
    IN_FLIGHT,
    INFO,
    LOG_DROPPED,
    STREAMS,
    WRITES_WAITING,
    Meter,
)
from application.ports import Storage
from entrypoints.http.watch import Watch
from entrypoints.logs.sink import STDERR
from entrypoints.settings import Settings


def vitals_of(
    settings: Settings, meter: Meter, storage: Storage, feed: Feed, watch: Watch
) -> Vitals:
    """What looks at a worker while it lives."""
    scheme = settings.database_url.scheme
    meter.set(INFO, 1, version("taskhaven"), scheme)
    readings: list[Reading] = [
        (IN_FLIGHT, (), lambda: watch.in_flight),
        (STREAMS, (), lambda: feed.followers),
        (LOG_DROPPED, (), lambda: STDERR.dropped),
    ]
    if isinstance(storage, PostgresDatabase):
        meter.set(CONNECTIONS_MOST, settings.database_pool_size)
        readings += [
            (CONNECTIONS, ("in_use",), lambda: storage.in_use),
            (CONNECTIONS, ("free",), lambda: storage.free),
        ]
    if isinstance(storage, SqliteDatabase):
        readings.append((WRITES_WAITING, (), lambda: storage.writes_waiting))
    return Vitals(meter, readings)
