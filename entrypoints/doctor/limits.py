"""Checks of how much somebody may ask, and of where it is counted."""

from collections.abc import Iterator

from application.errors import Unavailable
from application.inspection import CountersInspection
from entrypoints.doctor.findings import Finding, ok, warning
from entrypoints.settings import Settings


def limits(settings: Settings) -> Iterator[Finding]:
    """Whether there are limits."""
    if settings.rate_limit is None and settings.environment == "production":
        yield warning(
            "limits",
            "RATE_LIMIT is off: anybody may ask, and guess passwords, as often as they like",
            "Leave RATE_LIMIT out, unless something in front of this service limits them.",
        )
    else:
        yield ok("limits", f"RATE_LIMIT is {'set' if settings.rate_limit else 'off'}")


def counters(settings: Settings, inspect: CountersInspection) -> Iterator[Finding]:
    """Whether the Redis that counts for all answers."""
    if settings.redis_url is None:
        yield ok("redis", "none is configured: each worker counts for itself")
        return
    try:
        inspect(settings.redis_url.address)
    except Unavailable as away:
        yield warning(
            "redis",
            f"the Redis of REDIS_URL cannot be used: {away}",
            "See whether it runs, and check host, port, user and password in REDIS_URL.",
        )
    else:
        yield ok("redis", "the Redis of REDIS_URL answers")
