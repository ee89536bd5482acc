"""Checks of what this machine has for the service."""

import os
import resource
from collections.abc import Iterator

from entrypoints.doctor.findings import Finding, ok, warning
from entrypoints.settings import Settings

_FEWEST_FILES = 10_000  # as many connections as a worker takes


def processors(settings: Settings) -> Iterator[Finding]:
    """Whether each worker can have a CPU to itself."""
    yield workers(settings.workers, _cpus())


def workers(count: int, cpus: int) -> Finding:
    """What is to be said of so many workers on so many CPUs."""
    if count > cpus:
        return warning(
            "workers",
            f"WORKERS is {count}, but there are {cpus} CPUs: they would wait for each other",
            f"Set WORKERS={cpus}.",
        )
    return ok("workers", f"WORKERS is {count}, and there are {cpus} CPUs")


def files(_: Settings) -> Iterator[Finding]:
    """Whether the process may have as many files, and so connections, as it takes."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]  # serving takes all that it may have
    if most != resource.RLIM_INFINITY and most < _FEWEST_FILES:
        yield warning(
            "files",
            f"this process may open {most} files, which live event streams use up",
            f"Allow {_FEWEST_FILES} or more: LimitNOFILE= in systemd, --ulimit nofile in Docker.",
        )
    else:
        yield ok("files", "this process may open enough files")


def _cpus() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
