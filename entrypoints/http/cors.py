"""Which web pages may call (the Fetch standard's CORS): exact origins, with credentials."""

from collections.abc import Mapping, Sequence

from entrypoints.http.incoming import Header

Lines = Mapping[bytes, Sequence[bytes]]

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_SENT = (
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, "
    "X-Request-ID"
)
_READ = (
    b"ETag, Link, Location, X-Request-ID, X-Total-Count, Retry-After, RateLimit, RateLimit-Policy, "
    b"Idempotency-Replayed"
)
_REMEMBERED = "600"  # seconds a browser may keep the answer to a preflight


class Cors:
    """Speaks for these origins, each `scheme://host[:port]`; all others get no word of it."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def of(self, headers: Lines) -> list[Header]:
        """What every answer to a request with these headers says."""
        origin = self._allowed(headers)
        if origin is None:
            return []
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", _READ),
        ]

    def of_preflight(self, headers: Lines) -> Mapping[str, str]:
        """What the answer says besides, to a browser that asks before it sends a request."""
        if self._allowed(headers) is None:
            return {}
        return {
            "access-control-allow-methods": _METHODS,
            "access-control-allow-headers": _SENT,
            "access-control-max-age": _REMEMBERED,
        }

    def _allowed(self, headers: Lines) -> bytes | None:
        sent = headers.get(b"origin", ())
        return sent[0] if len(sent) == 1 and sent[0] in self._origins else None


def is_preflight(method: str, headers: Lines) -> bool:
    """Whether a browser asks if it may send a request, rather than sending one."""
    asked = b"origin" in headers and b"access-control-request-method" in headers
    return method == "OPTIONS" and asked
