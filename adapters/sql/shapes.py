"""What changes a list's statement, and what is only a value in it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from domain.due import Due
from domain.fields import RANKS
from domain.instant import format_instant
from domain.listing import Listing, Order, SortKey

_INDEXED = (SortKey.CREATED_AT, SortKey.UPDATED_AT, SortKey.DUE_DATE)


@dataclass(frozen=True, slots=True)
class Idioms:
    """What the databases say differently of a row of `tasks`.

    `any_tag`: whether it has one of the JSON array `:tags`. `contains`: whether a parameter occurs
    in its `search_text`, which knows no wildcards. `moment`: the instant that its due date counts
    as, where the JSON object `:midnights` has for each day the instant at which it begins. `ids`:
    whether its id is one of the JSON array `:ids`.
    """

    any_tag: str
    contains: str
    moment: ColumnElement[Any]
    ids: str


@dataclass(frozen=True, slots=True)
class Shape:
    """All of a listing that changes its statement's text.

    `nulls`: for a listing that begins beyond a mark, which of the mark's values are null, where a
    due date has three (its moment, its kind and its day).
    """

    orders: tuple[Order, ...]
    nulls: tuple[bool, ...] | None
    conditions: frozenset[str]
    ranks: tuple[int, ...]
    words: int
    count: bool

    @classmethod
    def of(cls, listing: Listing) -> "Shape":
        """The listing's shape."""
        where, mark = listing.where, listing.after
        given = {
            "completed": where.completed is True,
            "not_completed": where.completed is False or where.open,
            "tags": where.tags,
            "due": where.due,
            "without_due": where.without_due,
        }
        return cls(
            listing.orders,
            None if mark is None else tuple(value is None for value in _values(listing)),
            frozenset(name for name, is_given in given.items() if is_given),
            tuple(sorted(RANKS[priority] for priority in where.priorities)),
            len(where.words),
            listing.count,
        )

    @property
    def index(self) -> SortKey | None:
        """The key of a sort that an index keeps."""
        key = self.orders[0].key
        return key if len(self.orders) == 1 and key in _INDEXED else None

    @property
    def is_scan(self) -> bool:
        """Whether it may read many more rows than it gives."""
        return self.index is None or self.count or bool(self.conditions or self.ranks or self.words)

    @property
    def needs_midnights(self) -> bool:
        """Whether days due are to be compared with other due dates by the database."""
        return self.index is None and any(order.key is SortKey.DUE_DATE for order in self.orders)


def page_params(listing: Listing) -> dict[str, object]:
    """The values of the statement's parameters, but for the owner."""
    where = listing.where
    params: dict[str, object] = {
        "limit": listing.limit + 1,
        "tags": json.dumps(sorted(where.tags)),
        **{f"word{place}": word for place, word in enumerate(where.words)},
    }
    if where.due is not None:
        params["first_day"], params["end_day"] = str(where.due.first_day), str(where.due.end_day)
        params["start"], params["end"] = (
            format_instant(where.due.start),
            format_instant(where.due.end),
        )
    if listing.after is not None:
        params |= {f"mark{place}": value for place, value in enumerate(_values(listing))}
        params["mark_id"] = str(listing.after.id)
        due = listing.after.values[0]
        if isinstance(due, Due) and due.instant is not None:
            params["next_day"] = str(listing.calendar.first_day_after(due.instant))
    return params


def _values(listing: Listing) -> Iterator[object]:
    """The mark's values, of which a due date has three: its moment, its kind and its day."""
    if listing.after is None:
        return
    for order, value in zip(listing.orders, listing.after.values, strict=True):
        if isinstance(value, Due):
            yield format_instant(listing.calendar.moment(value))
            yield int(value.instant is not None)
            yield None if value.day is None else str(value.day)
        elif order.key is SortKey.DUE_DATE:
            yield from (None, 0, None)
        else:
            yield format_instant(value) if isinstance(value, datetime) else value
