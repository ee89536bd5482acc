"""What becomes of limits while those who count are away, or are asked too much."""

import logging
from collections.abc import Callable
from time import monotonic

from adapters.limits.memory import MemoryLimiter
from application.errors import Crowded, LimitsUnavailable
from application.limits import Limiter, Standing
from application.metering import LIMITS_AWAY, UNMETERED, Meter

_PAUSE = 1.0  # seconds between two tries of a limiter that is away

_log = logging.getLogger("taskhaven.limits")


class Breaker(Limiter):
    """Asks `limiter`, but does not have everybody wait for one that is away.

    After it was unavailable it is left alone for a second; then one request tries it, and all
    others go on without until that succeeds. One that answered somebody else meanwhile was there:
    that is `Crowded`.
    """

    def __init__(
        self,
        limiter: Limiter,
        seconds: Callable[[], float] = monotonic,
        meter: Meter = UNMETERED,
    ) -> None:
        self._limiter = limiter
        self._meter = meter
        self._seconds = seconds
        self._away = False
        self._try_at = 0.0
        self._answered_at = float("-inf")

    async def take(self, whom: str) -> Standing:
        if not self._away:
            return await self._ask(whom)
        if self._seconds() < self._try_at:
            raise LimitsUnavailable("it was away a moment ago")
        self._try_at = self._seconds() + _PAUSE
        found = await self._ask(whom)
        self._away = False
        self._meter.set(LIMITS_AWAY, 0)
        _log.warning("the shared limits are back")
        return found

    async def _ask(self, whom: str) -> Standing:
        began = self._seconds()
        try:
            found = await self._limiter.take(whom)
        except Crowded:
            if self._away:
                raise LimitsUnavailable("it went away meanwhile") from None
            raise
        except LimitsUnavailable as error:
            if self._answered_at > began and not self._away:
                raise Crowded from None
            self._try_at = self._seconds() + _PAUSE
            if not self._away:
                self._away = True
                self._meter.set(LIMITS_AWAY, 1)
                _log.warning(
                    "the shared limits are away (%s): each process counts for itself,"
                    " and logins are refused",
                    error,
                )
            raise
        self._answered_at = self._seconds()
        return found


class NearFirst(Limiter):
    """Counts `near`, in this process, and lets `shared` decide of all that `near` would allow.

    Whoever is over the rate here costs the others nothing there. What is asked while too many ask,
    and what is asked while `shared` is away, `near` decides alone; but `strict` raises the latter.
    """

    def __init__(self, shared: Limiter, near: MemoryLimiter, *, strict: bool = False) -> None:
        self._shared = shared
        self._near = near
        self._strict = strict

    async def take(self, whom: str) -> Standing:
        since = self._near.now()
        here = await self._near.take(whom)
        if not here.allowed:
            return here
        try:
            found = await self._shared.take(whom)
        except Crowded:
            return here
        except LimitsUnavailable:
            if self._strict:
                raise
            return here
        self._near.heed(whom, found, since)
        return found
