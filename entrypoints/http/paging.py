"""The list's parameters, and the way to its next page (contract §3)."""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from uuid import UUID

from application.ports import Listing, Page
from entrypoints.http.errors import Fault, InvalidRequest

DEFAULT_LIMIT = 100
HIGHEST_LIMIT = 500

_LIMIT = re.compile(r"[0-9]{1,4}")
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SORT = b"-created_at:"  # a cursor belongs to the order it was made in


def read_listing(query: Mapping[str, str]) -> Listing:
    """Which page a query asks for. Raises `InvalidRequest`, which names every bad parameter."""
    faults: list[Fault] = []
    limit, before = DEFAULT_LIMIT, None
    if "limit" in query:
        limit = int(query["limit"]) if _LIMIT.fullmatch(query["limit"]) else 0
        if not 1 <= limit <= HIGHEST_LIMIT:
            detail = f"must be a whole number from 1 to {HIGHEST_LIMIT}"
            faults.append(Fault("parameter", "limit", detail))
    if "cursor" in query:
        before = _read_cursor(query["cursor"])
        if before is None:
            detail = "must be the one a Link header gave for this list"
            faults.append(Fault("parameter", "cursor", detail))
    if faults:
        raise InvalidRequest(*faults)
    return Listing(limit, before)


def next_page(page: Page, listing: Listing) -> str | None:
    """The query of the page after this one, if there is one."""
    if not page.more:
        return None
    cursor = urlsafe_b64encode(_SORT + page.tasks[-1].id.bytes).decode().rstrip("=")
    return f"limit={listing.limit}&cursor={cursor}"


def _read_cursor(text: str) -> UUID | None:
    if not _CURSOR.fullmatch(text):
        return None
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    place = raw.removeprefix(_SORT)
    return UUID(bytes=place) if raw.startswith(_SORT) and len(place) == 16 else None
