"""Checks everything that an operator could have got wrong, and changes nothing."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from application.inspection import CountersInspection, FileInspection, KeySetInspection
from entrypoints.doctor import file, keys, limits, machine, network, secret
from entrypoints.doctor.checks import Check, run
from entrypoints.doctor.database import Inspect, direct, postgresql
from entrypoints.doctor.findings import Finding, error, ok, warning
from entrypoints.settings import Settings

__all__ = ["Finding", "error", "examine"]

_BY_SETTINGS: tuple[tuple[str, Callable[[Settings], Iterable[Finding]]], ...] = (
    ("environment", network.environment),
    ("secret", secret.secrets),
    ("secret", secret.signing_key),
    ("proxies", network.proxies),
    ("metrics", network.metrics),
    ("origins", network.origins),
    ("limits", limits.limits),
    ("workers", machine.processors),
    ("files", machine.files),
)


def examine(
    settings: Settings,
    *,
    server: Inspect,
    file: FileInspection,
    key_set: KeySetInspection,
    counters: CountersInspection,
) -> Iterator[Finding]:
    """What is right and wrong with a deployment, by these settings and inspections."""
    yield ok("settings", "every setting can be used")
    yield from run(
        [
            *(Check(name, partial(check, settings)) for name, check in _BY_SETTINGS),
            *(Check("keys", partial(keys.key_set, i, key_set)) for i in settings.issuers),
            *_storage(settings, server, file),
            Check("redis", partial(limits.counters, settings, counters)),
        ]
    )


def _storage(settings: Settings, server: Inspect, inspect: FileInspection) -> Iterator[Check]:
    if settings.database_url.scheme == "memory":
        yield Check("database", _memory)
    elif settings.database_url.path is not None:
        yield Check("database", partial(file.sqlite, settings.database_url.path, inspect))
    else:
        yield Check("database", partial(postgresql, settings, server))
        yield Check("pooler", partial(direct, settings, server))


def _memory() -> Iterator[Finding]:
    yield warning(
        "database",
        "memory: forgets every task when the service stops",
        "Set DATABASE_URL to an SQLite file or to PostgreSQL.",
    )
