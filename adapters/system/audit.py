"""`AuditTrail` in the log."""

import hmac
import logging
from collections.abc import Callable

from application.identity import AuditTrail
from application.metering import AUDIT_EVENTS, UNMETERED, Meter

_log = logging.getLogger("taskhaven.audit")
_PURPOSE = b"taskhaven audit trail"


class LoggedAudit(AuditTrail):
    """One line an event, with the request that it happened in.

    People stand in it as digests under a key derived from `secret`.
    The same person has the same digest as long as the secret stays, so that events can be put
    together; without the secret nobody can try out who it is.
    """

    def __init__(
        self, secret: bytes, request_id: Callable[[], str | None], meter: Meter = UNMETERED
    ) -> None:
        self._meter = meter
        self._key = hmac.digest(secret, _PURPOSE, "sha256")
        self._request_id = request_id

    def record(self, what: str, *, who: str | None = None, **details: str) -> None:
        said = {"who": self.alias(who)} if who is not None else {}
        said |= details | {"request_id": self._request_id() or ""}
        _log.info(what, extra={"said": {name: value for name, value in said.items() if value}})
        self._meter.count(AUDIT_EVENTS, what)

    def alias(self, who: str) -> str:
        """What stands for somebody."""
        return hmac.digest(self._key, who.encode(), "sha256").hex()[:16]
