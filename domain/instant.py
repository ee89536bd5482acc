"""Points in time: always aware, always UTC, always to the microsecond."""

import re
from datetime import UTC, datetime, timedelta

_TICK = timedelta(microseconds=1)

# RFC 3339 without its leap second, which no clock here can hold, and without its blank separator.
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,32}))?"
    r"([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)


def format_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with six fraction digits and `Z`; as text it sorts as the instants do."""
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return instant.isoformat(timespec="microseconds")[:-6] + "Z"


def parse_instant(text: str) -> datetime:
    """The instant that an RFC 3339 text names, in UTC; digits beyond the microsecond are cut.

    Raises `ValueError` for any other form, an impossible date, or a result outside years 1-9999.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("not an RFC 3339 date-time with an offset")
    day, hour, minute, second, fraction, offset = match.groups()
    micros = ((fraction or "") + "000000")[:6]
    zone = "+00:00" if offset in "Zz" else offset
    try:
        return datetime.fromisoformat(f"{day}T{hour}:{minute}:{second}.{micros}{zone}").astimezone(
            UTC
        )
    except OverflowError as error:
        raise ValueError("out of range") from error


def following(previous: datetime, at: datetime) -> datetime:
    """`at`, or just after `previous` where the clock stood still or went back."""
    return max(at, previous + _TICK)
