"""`Meter` by prometheus-client.

Where the environment names a folder for several processes (`PROMETHEUS_MULTIPROC_DIR`) before this
module is imported, all of them keep their figures there, and each can tell those of all.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import prometheus_client as prometheus
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from application.metering import FIGURES, Counter, Figure, Gauge, Meter, Over, Timing

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Names, in the environment, the folder that processes share."""

# When each series began would be a series more, and nobody asks.
prometheus.disable_created_metrics()  # type: ignore[no-untyped-call] # theirs is not

# Seconds. From a read that the database had at hand to what a client has long given up on.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_MODES: dict[Over, Any] = {
    Over.SUM: "livesum",
    Over.LEAST: "livemin",
    Over.MOST: "livemax",
    Over.LATEST: "livemostrecent",
}


class PrometheusMeter(Meter):
    """Keeps figures in a registry of its own. Figures without labels are there from the start."""

    def __init__(self) -> None:
        self._registry = prometheus.CollectorRegistry()
        self._kinds = {figure: self._made(figure) for figure in FIGURES}
        self._series: dict[tuple[Figure, tuple[str, ...]], Any] = {}

    def count(self, counter: Counter, *labels: str, by: float = 1) -> None:
        self._one(counter, labels).inc(by)

    def time(self, timing: Timing, seconds: float, *labels: str) -> None:
        self._one(timing, labels).observe(seconds)

    def set(self, gauge: Gauge, value: float, *labels: str) -> None:
        self._one(gauge, labels).set(value)

    def text(self) -> bytes:
        folder = os.environ.get(FOLDER)
        if folder is None:
            return prometheus.generate_latest(self._registry)
        _forget_the_dead(Path(folder))
        gathered = prometheus.CollectorRegistry()
        MultiProcessCollector(gathered, folder)  # type: ignore[no-untyped-call] # theirs is not
        return prometheus.generate_latest(gathered)

    def _one(self, figure: Figure, labels: tuple[str, ...]) -> Any:
        try:
            return self._series[figure, labels]
        except KeyError:
            kind = self._kinds[figure]
            one = self._series[figure, labels] = kind.labels(*labels) if labels else kind
            return one

    def _made(self, figure: Figure) -> Any:
        said = (figure.name, figure.says, figure.labels)
        match figure:
            case Counter():
                return prometheus.Counter(*said, registry=self._registry)
            case Timing():
                return prometheus.Histogram(*said, registry=self._registry, buckets=_BUCKETS)
            case Gauge():
                mode = _MODES[figure.over]
                return prometheus.Gauge(*said, registry=self._registry, multiprocess_mode=mode)
        raise TypeError(figure)


def _forget_the_dead(folder: Path) -> None:
    """A worker that was killed holds no connections any more; what it counted stays."""
    for file in folder.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):  # another worker was asked at the same time
                mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call] # theirs is not
        except PermissionError:
            pass
