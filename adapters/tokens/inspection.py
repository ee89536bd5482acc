"""A look at the key set that an issuer publishes."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from adapters.tokens.fetching import KeySetUrl
from adapters.tokens.key_set import read_key_set
from application.errors import Unavailable
from application.inspection import KeySetInspection, KeySetSeen

_HALF_A_SECOND = timedelta(seconds=0.5)  # which Date leaves out, on average


class FetchedInspection(KeySetInspection):
    """Fetches a key set, once, the way that the service does."""

    def __call__(self, url: str) -> KeySetSeen:
        asked = datetime.now(UTC)
        try:
            published = asyncio.run(KeySetUrl(url).look())
            keys = read_key_set(published.document)
        except (OSError, ValueError) as error:
            raise Unavailable(str(error)) from None
        ours = asked + (datetime.now(UTC) - asked) / 2
        theirs = _read_date(published.date)
        return KeySetSeen(
            [key.algorithms for key in keys],
            theirs + _HALF_A_SECOND - ours if theirs else None,
        )


def _read_date(text: str | None) -> datetime | None:
    """An HTTP date; none of what is no such date."""
    try:
        date = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
