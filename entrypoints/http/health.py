"""Whether the process is up, and whether it can serve."""

import asyncio
import logging
from dataclasses import dataclass, field
from time import monotonic

import msgspec
from litestar.handlers import HTTPRouteHandler

from application.errors import StorageError
from application.metering import READY, UNMETERED, Meter
from application.ports import Clock, Storage
from domain.instant import format_instant
from entrypoints.http.answers import Answer
from entrypoints.http.incoming import Incoming
from entrypoints.http.leaving import Leaving
from entrypoints.http.routing import route

_FRESH = 1.0  # seconds for which a finding holds, so that probes cannot load the storage

_log = logging.getLogger("taskhaven.health")


@dataclass(slots=True)
class HealthRoutes:
    """The handlers; they remember what they last found out about storage."""

    storage: Storage
    now: Clock
    leaving: Leaving
    meter: Meter = UNMETERED
    _trouble: str | None = field(default=None, init=False)
    _until: float = field(default=0.0, init=False)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def routes(self) -> list[HTTPRouteHandler]:
        """Every handler at its path."""
        return [
            route("GET", "/health", self.health),
            route("GET", "/health/live", self.live),
            route("GET", "/health/ready", self.ready),
        ]

    async def health(self, _: Incoming) -> Answer:
        ready = await self.look()
        return self._answer("healthy" if ready else "unhealthy", ready)

    async def live(self, _: Incoming) -> Answer:
        return self._answer("live", True)

    async def ready(self, _: Incoming) -> Answer:
        if self.leaving.now:
            return self._answer("leaving", False)
        ready = await self.look()
        return self._answer("ready" if ready else "not ready", ready)

    async def look(self) -> bool:
        """Whether storage can be used, as of a second ago at most."""
        async with self._one_at_a_time:
            if monotonic() >= self._until:
                self._note(await self._look())
                self.meter.set(READY, self._trouble is None and not self.leaving.now)
                self._until = monotonic() + _FRESH
            return self._trouble is None

    async def _look(self) -> str | None:
        try:
            await self.storage.check()
        except StorageError as error:
            return str(error) or "storage is not available"
        return None

    def _note(self, trouble: str | None) -> None:
        """Remember what was found; a line in the log for each change, not for each probe."""
        if trouble is not None and trouble != self._trouble:
            _log.warning("not ready: %s", trouble)
        elif trouble is None and self._trouble is not None:
            _log.warning("ready again")
        self._trouble = trouble

    def _answer(self, status: str, well: bool) -> Answer:
        body = {"status": status, "timestamp": format_instant(self.now())}
        headers = {"content-type": "application/json", **({} if well else {"retry-after": "1"})}
        return Answer(200 if well else 503, headers, msgspec.json.encode(body))
