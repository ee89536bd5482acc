"""What is measured: every figure there is, and the port that keeps them.

docs/metrics.md says of each what it is good for, which a test compares. A label's value is one of a
few: never an id, an address or anything that a client chose.
"""

from abc import abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """What is measured under `name`, in one series for each combination of `labels`."""

    name: str
    says: str
    labels: tuple[str, ...] = ()


class Counter(Figure):
    """Only grows; Prometheus adds `_total` to its name."""

    __slots__ = ()


class Timing(Figure):
    """Seconds, gathered in a histogram."""

    __slots__ = ()


class Over(StrEnum):
    """What a gauge is over all worker processes that live."""

    SUM = "sum"
    LEAST = "least"
    MOST = "most"
    LATEST = "latest"


@dataclass(frozen=True, slots=True, eq=False)
class Gauge(Figure):
    """Goes up and down. Each worker has its own; one figure is made of them."""

    over: Over = Over.SUM


class Meter(Protocol):
    """Keeps figures. It never fails, never waits, and costs microseconds."""

    @abstractmethod
    def count(self, counter: Counter, *labels: str, by: float = 1) -> None:
        """Let a counter grow."""

    @abstractmethod
    def time(self, timing: Timing, seconds: float, *labels: str) -> None:
        """Note how long something took."""

    @abstractmethod
    def set(self, gauge: Gauge, value: float, *labels: str) -> None:
        """Say how much it is now."""

    @abstractmethod
    def text(self) -> bytes:
        """All figures of all worker processes, in Prometheus's text format."""


class Unmetered(Meter):
    """Keeps nothing."""

    def count(self, counter: Counter, *labels: str, by: float = 1) -> None:
        pass

    def time(self, timing: Timing, seconds: float, *labels: str) -> None:
        pass

    def set(self, gauge: Gauge, value: float, *labels: str) -> None:
        pass

    def text(self) -> bytes:
        return b""


UNMETERED: Final = Unmetered()

REQUESTS: Final = Counter(
    "taskhaven_requests",
    "Requests answered, by the route's template (`none`: no such route), method and status",
    ("route", "method", "status"),
)
REQUEST_SECONDS: Final = Timing(
    "taskhaven_request_seconds",
    "From a request's headers to the beginning of its answer",
    ("route", "method"),
)
IN_FLIGHT: Final = Gauge(
    "taskhaven_requests_in_flight", "Requests under way, open streams included"
)
PROBLEMS: Final = Counter(
    "taskhaven_problems", "Requests that were refused or failed, by the problem's code", ("code",)
)
LIMITED: Final = Counter(
    "taskhaven_limited", "Requests over RATE_LIMIT, by what they counted against", ("by",)
)
LIMITS_AWAY: Final = Gauge(
    "taskhaven_limits_away",
    "1 while Redis is away, so that each process counts for itself and nobody logs in",
    (),
    Over.MOST,
)
AUDIT_EVENTS: Final = Counter(
    "taskhaven_audit_events", "Events of the audit trail, logins among them", ("event",)
)
PASSWORD_SECONDS: Final = Timing(
    "taskhaven_password_seconds", "Hashing one password, waiting for a turn included"
)
CONNECTIONS: Final = Gauge(
    "taskhaven_database_connections", "Connections to PostgreSQL, by whether in use", ("state",)
)
CONNECTIONS_MOST: Final = Gauge(
    "taskhaven_database_connections_most", "Connections to PostgreSQL that all workers may have"
)
CONNECTION_SECONDS: Final = Timing(
    "taskhaven_database_connection_seconds",
    "Waiting for a free connection to PostgreSQL, where none was free",
)
WRITES_WAITING: Final = Gauge(
    "taskhaven_database_writes_waiting", "Writes that wait for SQLite's writer"
)
WRITES: Final = Counter("taskhaven_writes", "Writes accepted, each of them in an owner's journal")
STREAMS: Final = Gauge("taskhaven_streams", "Clients that follow an owner's changes now")
KEYS: Final = Gauge(
    "taskhaven_key_set_keys", "Keys in use of an issuer's key set", ("issuer",), Over.LEAST
)
KEYS_FETCHED: Final = Gauge(
    "taskhaven_key_set_fetched_timestamp_seconds",
    "When an issuer's key set was fetched last, by the worker that is the furthest behind",
    ("issuer",),
    Over.LEAST,
)
KEY_FETCHES: Final = Counter(
    "taskhaven_key_set_fetches", "Fetches of an issuer's key set", ("issuer", "outcome")
)
CHORES: Final = Counter("taskhaven_chores", "Chores done, by outcome", ("chore", "outcome"))
CHORE_DONE: Final = Gauge(
    "taskhaven_chore_done_timestamp_seconds",
    "When any worker did a chore last",
    ("chore",),
    Over.MOST,
)
LOOP_LAG: Final = Timing(
    "taskhaven_loop_lag_seconds", "How late a worker's event loop is, looked at every second"
)
READY: Final = Gauge("taskhaven_ready", "1 if the last look at readiness found it", (), Over.LATEST)
WORKERS: Final = Gauge("taskhaven_workers", "Worker processes that live")
STARTED: Final = Gauge(
    "taskhaven_worker_started_timestamp_seconds",
    "When the youngest worker started",
    (),
    Over.MOST,
)
CPU_SECONDS: Final = Counter("taskhaven_cpu_seconds", "Processor time that workers used")
MEMORY: Final = Gauge(
    "taskhaven_resident_bytes", "Memory that workers hold; what they share counts for each"
)
OPEN_FILES: Final = Gauge("taskhaven_open_files", "File descriptors that workers have open")
OPEN_FILES_MOST: Final = Gauge(
    "taskhaven_open_files_most", "File descriptors that one worker may have", (), Over.LEAST
)
LOG_DROPPED: Final = Gauge(
    "taskhaven_log_lines_dropped", "Log lines that workers dropped as nobody took them fast enough"
)
INFO: Final = Gauge(
    "taskhaven_info",
    "Always 1; says which version runs on which storage",
    ("version", "storage"),
    Over.MOST,
)

FIGURES: Final = tuple(each for each in [*globals().values()] if isinstance(each, Figure))
"""All of the above."""
