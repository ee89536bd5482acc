"""The route on which Prometheus reads the figures (contract §9, `METRICS_TOKEN`)."""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from application.metering import Meter
from entrypoints.http.answers import Answer
from entrypoints.http.errors import NoToken
from entrypoints.http.incoming import Incoming
from entrypoints.http.routing import route
from entrypoints.settings.secret import Secret

_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_FORWARDED = re.compile(b"x-forwarded-.*|forwarded|x-real-ip|via")
_HERE = re.compile(r"((localhost|127(\.\d{1,3}){3}|\[::1\])(:\d*)?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MetricsRoutes:
    """The handler. To whoever may not read, there is no such path.

    Without a `token` the machine itself may, where the service listens on `loopback` alone; not
    what a proxy on the machine passes on, as far as that can be seen. `look` looks whether the
    service is ready, so that the figures say it.
    """

    meter: Meter
    token: Secret | None
    loopback: bool
    look: Callable[[], Awaitable[bool]]

    def routes(self) -> list[HTTPRouteHandler]:
        """The handler at its path."""
        if self.token is None and not self.loopback:
            return []
        return [route("GET", "/metrics", self.metrics)]

    async def metrics(self, incoming: Incoming) -> Answer:
        if not self._may_read(incoming):
            raise NotFoundException
        await self.look()
        text = await asyncio.to_thread(self.meter.text)
        return Answer(200, {"content-type": _TEXT}, text)

    def _may_read(self, incoming: Incoming) -> bool:
        if self.token is None:
            here = _HERE.fullmatch("".join(incoming.header(b"host")))
            return bool(here) and not any(map(_FORWARDED.fullmatch, incoming.lines))
        try:
            given = incoming.bearer()
        except NoToken:
            return False
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token.raw)
