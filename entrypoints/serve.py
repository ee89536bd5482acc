"""Runs the server's worker processes."""

import gc
import logging
import multiprocessing
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from entrypoints.logs.config import log_config
from entrypoints.settings import Settings

_HEADER_PATIENCE = 5_000  # milliseconds for a request's headers to arrive
_STOP_PATIENCE = 20  # seconds for a worker to finish what is under way; a slow body takes 10
_MOST_AT_ONCE = 10_000  # connections of a worker; streams, of which there are fewer, stay open
_HEADER_BUFFER = 64 * 1024  # bytes; more than the edge lets pass, so that it can answer 431

_log = logging.getLogger("taskhaven.server")


def run(settings: Settings, last_check: Callable[[], None]) -> None:
    """Serve until the process is told to stop, then finish what is under way.

    `last_check` is called just before.
    """
    # Inherited by workers, in which it waits until they can act on it: see leaving.py.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    os.register_at_fork(after_in_child=_stop_when_told)
    _allow_many_files()
    with _folder_of_figures():
        _import_for_workers(settings)
        server = _server(settings)
        last_check()
        server.serve()


@contextmanager
def _folder_of_figures() -> Iterator[None]:
    """Where workers share their figures; without room for it, each has only its own."""
    try:
        folder = TemporaryDirectory(prefix="taskhaven-metrics-")
    except OSError as error:
        said = {"why": error.strerror or type(error).__name__}
        _log.warning("figures are not shared", extra={"said": said})
        yield
        return
    with folder as name:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = name
        yield


def _import_for_workers(settings: Settings) -> None:
    """Import what each worker would, if they are forked: once for all of them, in shared memory.

    What there is by then the garbage collector leaves alone: it writes to all that it looks at, and
    what a worker writes to is shared no longer.
    """
    if multiprocessing.get_start_method() != "fork":
        return
    # Not before there is a folder of figures: see metrics/prometheus.py.
    from entrypoints.worker import import_for

    import_for(settings)
    gc.collect()
    gc.freeze()


def _server(settings: Settings) -> "_Server":
    return _Server(
        drain=settings.drain,
        target="entrypoints.worker:create",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_PATIENCE,
        backpressure=_MOST_AT_ONCE,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(
            header_read_timeout=_HEADER_PATIENCE, max_buffer_size=_HEADER_BUFFER
        ),
        loop=Loops.uvloop if find_spec("uvloop") else Loops.asyncio,
        log_level=_server_level(settings.log_level),
        log_dictconfig=log_config(settings),
    )


def _stop_when_told() -> None:
    """In a worker that is still starting: what the parent does at these signals is not its own."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _allow_many_files() -> None:
    """As many as the system lets us have; what a login shell starts with is too few for streams."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class _Server(Granian):  # type: ignore[misc, valid-type] # which class it is depends on the build
    """Tells its workers first that they will be stopped, and waits for `drain` seconds.

    That long balancers have to turn away. Interrupted, or told twice, it does not wait.
    """

    def __init__(self, *, drain: int, **settings: Any) -> None:
        super().__init__(**settings)
        self._drain = drain
        self._draining = False

    def signal_handler_interrupt(self, *args: object) -> None:
        drain, self._drain = self._drain, 0  # at once: the second word may come meanwhile
        self._draining = True
        self._tell_workers()
        if args[:1] == (signal.SIGTERM,) and drain > 0:
            _log.info("draining", extra={"said": {"seconds": drain}})
            signal.signal(signal.SIGALRM, super().signal_handler_interrupt)
            signal.alarm(drain)
        else:
            signal.alarm(0)
            super().signal_handler_interrupt()

    def _respawn_workers(self, *args: object, **kwargs: object) -> None:
        super()._respawn_workers(*args, **kwargs)
        if self._draining:
            self._tell_workers()

    def _tell_workers(self) -> None:
        for worker in multiprocessing.active_children():
            if worker.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(worker.pid, signal.SIGUSR1)


def taken(host: str, port: int) -> bool:
    """Whether somebody else has the port; the server itself would share it without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
        return False


def _server_level(level: str) -> LogLevels:
    """The server's word on workers that come and go is for those who look for it."""
    return LogLevels.info if level == "debug" else LogLevels.warning
