"""The list's parameters, and the way to its next page (contract §3)."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

from application.ports import Page
from domain.calendar import IN_UTC, Calendar
from domain.due import Due
from domain.due_range import DueRange
from domain.fields import MAX_TAG, read_priority
from domain.listing import NEWEST_FIRST, Filter, Listing, Mark, Order, SortKey, mark_of
from domain.reading import read_text
from entrypoints.http.cursors import read_cursor, write_cursor
from entrypoints.http.errors import InvalidRequest, UriTooLong
from entrypoints.http.query import Query
from entrypoints.http.reading import DEFAULT_LIMIT, ParameterReader, choice, read_limit

MOST_KEYS = 3
LONGEST_SEARCH = 200

SINGLE = (
    "limit",
    "cursor",
    "sort",
    "completed",
    "due_before",
    "due_after",
    "due",
    "tz",
    "q",
    "count",
)
REPEATABLE = ("priority", "tag")

_LONGEST_ONWARD = 7 * 1024  # leaves room for the path
_ORDERS = {
    f"{sign}{key}": Order(key, descending=bool(sign)) for key in SortKey for sign in ("", "-")
}


def read_listing(query: Query, now: datetime) -> Listing:
    """What a query asks for at `now`. Raises `InvalidRequest`, which names every bad parameter."""
    reader = ParameterReader(query)
    calendar = reader.one("tz", _zone, IN_UTC)
    orders = reader.one("sort", _sort, NEWEST_FIRST)
    listing = Listing(
        limit=reader.one("limit", read_limit, DEFAULT_LIMIT),
        orders=orders,
        where=_filter(reader, calendar, now),
        after=reader.one("cursor", lambda text: _cursor(text, orders), None),
        calendar=calendar,
        count=reader.one("count", _count, False),
    )
    if query.faults:
        raise InvalidRequest(*query.faults)
    return listing


def next_page(page: Page, listing: Listing, query: Query) -> str | None:
    """The query of the page after this one, if there is one.

    Raises `UriTooLong`, rather than lead to an address that would be refused.
    """
    if not page.more:
        return None
    cursor = write_cursor(mark_of(page.tasks[-1], listing.orders), listing.orders)
    onward = urlencode({**query.values, "cursor": [cursor]}, doseq=True)
    if len(onward) > _LONGEST_ONWARD:
        raise UriTooLong("the next page's address would be too long: ask with a shorter query")
    return onward


def _filter(reader: ParameterReader, calendar: Calendar, now: datetime) -> Filter:
    ranges = [
        reader.one("due_after", lambda text: DueRange.after(Due.parse(text), calendar), None),
        reader.one("due_before", lambda text: DueRange.before(Due.parse(text), calendar), None),
    ]
    due = reader.one("due", _due, None)
    if due == "today":
        ranges.append(DueRange.today(now, calendar))
    if due == "overdue":
        ranges.append(DueRange.past(now, calendar))
    return Filter(
        completed=reader.one("completed", _completed, None),
        open=due == "overdue",
        priorities=frozenset(reader.all("priority", read_priority)),
        tags=frozenset(reader.all("tag", _tag)),
        due=_all_of([range_ for range_ in ranges if range_ is not None]),
        without_due=due == "none",
        words=reader.one("q", _words, ()),
    )


def _all_of(ranges: list[DueRange]) -> DueRange | None:
    if not ranges:
        return None
    both = ranges[0]
    for range_ in ranges[1:]:
        both &= range_
    return both


def _cursor(text: str, orders: tuple[Order, ...]) -> Mark:
    try:
        return read_cursor(text, orders)
    except ValueError as error:
        raise ValueError("must be the one a Link header gave for this sort") from error


def _sort(text: str) -> tuple[Order, ...]:
    keys = text.split(",")
    orders = [_ORDERS[key] for key in keys if key in _ORDERS]
    if len(orders) < len(keys) or len(keys) > MOST_KEYS:
        raise ValueError(
            f"must be up to {MOST_KEYS} of {', '.join(SortKey)}, "
            "separated by commas, each with - for descending"
        )
    return tuple(orders)


_completed: Callable[[str], bool | None] = choice({"true": True, "false": False})
_count: Callable[[str], bool] = choice({"exact": True})
_due: Callable[[str], str | None] = choice({name: name for name in ("today", "overdue", "none")})


def _tag(text: str) -> str:
    tag = read_text(text).strip()
    if not 1 <= len(tag) <= MAX_TAG:
        raise ValueError(f"must be 1 to {MAX_TAG} characters")
    return tag


def _words(text: str) -> tuple[str, ...]:
    if len(text) > LONGEST_SEARCH:
        raise ValueError(f"must be at most {LONGEST_SEARCH} characters")
    return tuple(dict.fromkeys(word.casefold() for word in read_text(text).split()))


def _zone(text: str) -> Calendar:
    if text not in zones():
        raise ValueError("must be the name of an IANA time zone, such as Europe/Berlin")
    return Calendar(ZoneInfo(text))


@cache
def zones() -> frozenset[str]:
    """The names of time zones; not those that mean another one on each machine."""
    return frozenset(available_timezones()) - {"localtime", "posixrules", "Factory"}
