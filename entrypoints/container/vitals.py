"""What a worker looks up of itself, to be measured."""

from collections.abc import Sequence
from importlib.metadata import version

from adapters.system.vitals import Reading, Vitals
from application.live import Feed
from application.metering import IN_FLIGHT, INFO, LOG_DROPPED, STREAMS, Meter
from entrypoints.http.watch import Watch
from entrypoints.logs.sink import STDERR
from entrypoints.settings import Settings


def vitals_of(
    settings: Settings, meter: Meter, of_storage: Sequence[Reading], feed: Feed, watch: Watch
) -> Vitals:
    """What looks at a worker while it lives."""
    meter.set(INFO, 1, version("taskhaven"), settings.database_url.scheme)
    readings: list[Reading] = [
        (IN_FLIGHT, (), lambda: watch.in_flight),
        (STREAMS, (), lambda: feed.followers),
        (LOG_DROPPED, (), lambda: STDERR.dropped),
    ]
    return Vitals(meter, [*readings, *of_storage])
