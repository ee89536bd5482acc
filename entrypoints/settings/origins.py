"""The origins of web pages, as browsers write them."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9._:-]+")
_PORTS = {"http": 80, "https": 443}
_FORM = "must be addresses such as https://app.example.com, separated by commas"


def origins(text: str) -> tuple[str, ...]:
    """The origin of each address in a comma-separated list; paths are left out.

    Raises `ValueError`, also for `*` and `null`: pages call with credentials, which must never be
    open to all.
    """
    return tuple(_origin(part.strip()) for part in text.split(",") if part.strip())


def _origin(address: str) -> str:
    if address in {"*", "null"}:
        raise ValueError(f"must not be {address}: name each origin, since calls carry credentials")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ValueError(_FORM) from None
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host) or parts.username is not None:
        raise ValueError(_FORM)
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (
        f":{port}" if port not in {None, _PORTS[parts.scheme]} else ""
    )
