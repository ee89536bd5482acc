"""What becomes of limits while those who count are away."""

import logging
from collections.abc import Callable
from time import monotonic

from application.errors import LimitsUnavailable
from application.limits import Limiter, Standing
from application.metering import LIMITS_AWAY, UNMETERED, Meter

_PAUSE = 1.0  # seconds between two tries of a limiter that is away

_log = logging.getLogger("taskhaven.limits")


class Breaker(Limiter):
    """Asks `limiter`, but does not have everybody wait for one that is away.

    After it was unavailable it is left alone for a second; then one request tries it, and all
    others go on without until that succeeds.
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
        try:
            return await self._limiter.take(whom)
        except LimitsUnavailable as error:
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


class FallbackLimiter(Limiter):
    """Asks `shared`, and `meanwhile` while that is away."""

    def __init__(self, shared: Limiter, meanwhile: Limiter) -> None:
        self._shared = shared
        self._meanwhile = meanwhile

    async def take(self, whom: str) -> Standing:
        try:
            return await self._shared.take(whom)
        except LimitsUnavailable:
            return await self._meanwhile.take(whom)
