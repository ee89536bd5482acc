"""`Meter` by prometheus-client.

Where the environment names a folder for several processes (`PROMETHEUS_MULTIPROC_DIR`) before this
module is imported, all of them keep their figures there, and each can tell those of all. With no
room left there, or without the folder, new figures are left out: no request depends on them.
"""

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import prometheus_client as prometheus
from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict
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
_FIRST_ROOM = 64 * 1024  # bytes of a file, which doubles when they are used up
_BESIDE_NAME = 32  # bytes of a figure in it, at most, beside its name
_log = logging.getLogger("taskhaven.metrics")


class PrometheusMeter(Meter):
    """Keeps figures in a registry of its own. Figures without labels are there from the start."""

    def __init__(self) -> None:
        self._registry = prometheus.CollectorRegistry()
        self._kinds: dict[Figure, Any] = {}
        self._series: dict[tuple[Figure, tuple[str, ...]], Any] = {}
        self._told = False
        for figure in FIGURES:
            self._one(figure, ())

    def count(self, counter: Counter, *labels: str, by: float = 1) -> None:
        if (one := self._one(counter, labels)) is not None:
            one.inc(by)

    def time(self, timing: Timing, seconds: float, *labels: str) -> None:
        if (one := self._one(timing, labels)) is not None:
            one.observe(seconds)

    def set(self, gauge: Gauge, value: float, *labels: str) -> None:
        if (one := self._one(gauge, labels)) is not None:
            one.set(value)

    def text(self) -> bytes:
        folder = os.environ.get(FOLDER)
        if folder is None or not Path(folder).is_dir():
            return prometheus.generate_latest(self._registry)
        _forget_the_dead(Path(folder))
        gathered = prometheus.CollectorRegistry()
        MultiProcessCollector(gathered, folder)  # type: ignore[no-untyped-call] # theirs is not
        return prometheus.generate_latest(gathered)

    def _one(self, figure: Figure, labels: tuple[str, ...]) -> Any:
        """The series of a figure with these labels, or none if there is no room for it."""
        try:
            return self._series[figure, labels]
        except KeyError:
            pass
        try:
            one = self._series[figure, labels] = self._new(figure, labels)
        except OSError as error:
            if not self._told:
                _log.warning("figures are left out", extra={"said": {"why": error.strerror}})
            self._told = True
            return None
        return one

    def _new(self, figure: Figure, labels: tuple[str, ...]) -> Any:
        if figure not in self._kinds:
            self._kinds[figure] = self._made(figure)
        kind = self._kinds[figure]
        return kind.labels(*labels) if labels else kind

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


class _Reserved(MmapedDict):
    """Figures in a file whose room on the disk is had before anything is written there.

    The system ends a process that writes to a mapped file where there is none.
    """

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        with Path(filename).open("ab") as file:
            try:
                _reserve(file.fileno(), _FIRST_ROOM)
            except OSError:
                Path(filename).unlink(missing_ok=True)  # nobody can read an empty one
                raise
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call] # theirs is not

    def _init_value(self, key: str) -> None:
        if self._used + len(key.encode()) + _BESIDE_NAME > self._capacity:
            _reserve(self._f.fileno(), 2 * self._capacity)
        super()._init_value(key)  # type: ignore[no-untyped-call] # theirs is not


def _reserve(descriptor: int, size: int) -> None:
    """Make a file that long. Raises `OSError` where there is no room, and leaves it as it was."""
    before = os.fstat(descriptor).st_size
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError:
        os.truncate(descriptor, before)
        raise


values.MmapedDict = _Reserved  # type: ignore[attr-defined] # its values ask for it by this name
