"""Sees every request: what is counted of it, and what is logged."""

import logging
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from time import perf_counter

from application.metering import PROBLEMS, REQUEST_SECONDS, REQUESTS, UNMETERED, Meter
from entrypoints.http.addresses import address_of
from entrypoints.http.incoming import Incoming
from entrypoints.settings.limits import Network

_log = logging.getLogger("taskhaven.http")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NONE = "none"


class Watch:
    """Counts each request in `meter`, and has `log` say in one line what came of it.

    A request appears by its route's template, never its path, and a caller as `alias` makes of
    them: nothing that a client chose stands there but its request id.
    """

    def __init__(
        self,
        meter: Meter = UNMETERED,
        log: Callable[..., None] | None = None,
        alias: Callable[[str], str] = str,
        proxies: tuple[Network, ...] = (),
    ) -> None:
        self._meter = meter
        self._log = log
        self._alias = lru_cache(4096)(alias)
        self._proxies = proxies
        self.in_flight = 0

    def answered(self, incoming: Incoming, *, status: int, began: float, answered: float) -> None:
        """A request was answered, with `status`, the beginning of which was sent at `answered`."""
        method = incoming.scope["method"] if incoming.scope["method"] in _METHODS else _NONE
        route = _documented(incoming.template) if incoming.template else _NONE
        self._meter.count(REQUESTS, route, method, str(status))
        self._meter.time(REQUEST_SECONDS, answered - began, route, method)
        if incoming.code is not None:
            self._meter.count(PROBLEMS, incoming.code)
        if self._log is not None:
            said: dict[str, object] = {"request_id": incoming.id, "method": method}
            said |= {"route": route, "status": status}
            said["ms"] = round((answered - began) * 1000, 2)
            if incoming.code is not None:
                said["code"] = incoming.code
            if incoming.who is not None:
                said["who"] = self._alias(incoming.who)
            if route.endswith("/stream"):
                said["open_s"] = round(perf_counter() - began, 1)
            said["address"] = address_of(incoming, self._proxies)
            try:
                self._log(_level(route, status), **said)
            except Exception as error:  # noqa: BLE001 - the request was answered
                _log.error("request not logged", exc_info=error)


def _level(route: str, status: int) -> str:
    """Probes ask every second, and whoever asks is told: their lines are for debugging."""
    if route.startswith("/health") or route == "/metrics":
        return "debug"
    return "error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "info"


@lru_cache(1024)
def _documented(template: str) -> str:
    """The documented one of an owner route's four forms; other routes as they are."""
    for prefix in ("/api/v1", "/api"):
        if template.startswith(f"{prefix}/"):
            rest = template.removeprefix(prefix)
            user = "" if rest.startswith(("/auth/", "/{user_id}/")) else "/{user_id}"
            return f"/api/v1{user}{rest}"
    return template
