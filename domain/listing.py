"""Which of an owner's tasks are asked for, in which order, and from where on (contract §3).

This is the meaning that every storage has to keep; the memory adapter runs it as it stands.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from domain.calendar import IN_UTC, Calendar
from domain.due import Due
from domain.due_range import DueRange
from domain.fields import RANKS, Priority
from domain.task import Task

SORTED_TITLE = 100  # code points of a title that count for its order

SortValue: TypeAlias = datetime | Due | int | str | None


class SortKey(StrEnum):
    """What tasks can be sorted by."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    DUE_DATE = "due_date"
    PRIORITY = "priority"
    TITLE = "title"
    COMPLETED_AT = "completed_at"


@dataclass(frozen=True, slots=True)
class Order:
    """One key of a sort. What has no value comes last, in both directions."""

    key: SortKey
    descending: bool = False


NEWEST_FIRST: tuple[Order, ...] = (Order(SortKey.CREATED_AT, descending=True),)


@dataclass(frozen=True, slots=True)
class Mark:
    """A task's place in a sort: its value for each key, and its id, which breaks ties.

    Due dates stand as they are, priorities as ranks, titles as `title_key`.
    """

    values: tuple[SortValue, ...]
    id: UUID


@dataclass(frozen=True, slots=True)
class Filter:
    """What a task must be; all that is given must hold.

    `tags` and `priorities`: any of them. `words`, casefolded: each occurs in the casefolded title
    or description.
    """

    completed: bool | None = None
    open: bool = False
    priorities: frozenset[Priority] = frozenset()
    tags: frozenset[str] = frozenset()
    due: DueRange | None = None
    without_due: bool = False
    words: tuple[str, ...] = ()

    def selects(self, task: Task) -> bool:
        """Whether the task is one of those."""
        text = search_text(task)
        return (
            self.completed in (None, task.completed)
            and not (self.open and task.completed)
            and (not self.priorities or task.priority in self.priorities)
            and (not self.tags or not self.tags.isdisjoint(task.tags))
            and (self.due is None or self.due.includes(task.due_date))
            and not (self.without_due and task.due_date is not None)
            and all(word in text for word in self.words)
        )


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Listing:
    """At most `limit` (at least 1) tasks that `where` selects, sorted, from beyond `after`.

    `calendar` says when a day due begins. `count` asks how many there are on all pages together.
    """

    limit: int
    orders: tuple[Order, ...] = NEWEST_FIRST
    where: Filter = EVERYTHING
    after: Mark | None = None
    calendar: Calendar = IN_UTC
    count: bool = False

    def sort(self, tasks: Iterable[Task]) -> list[Task]:
        """The tasks in this order, those up to `after` left out."""
        places: list[tuple[Mark, Task | None]] = [(mark_of(t, self.orders), t) for t in tasks]
        if self.after is not None:
            places.append((self.after, None))  # behind its equal, since sorting is stable
        places.sort(key=lambda place: place[0].id, reverse=self.orders[-1].descending)
        for index, order in reversed(list(enumerate(self.orders))):
            places.sort(key=self._key(index, order), reverse=order.descending)
        if self.after is not None:
            places = places[places.index((self.after, None)) + 1 :]
        return [task for _, task in places if task is not None]

    def _key(self, index: int, order: Order) -> Callable[[tuple[Mark, Any]], tuple[bool, Any]]:
        def key(place: tuple[Mark, Any]) -> tuple[bool, Any]:
            value = place[0].values[index]
            last = (value is None) is not order.descending
            if isinstance(value, Due):
                return last, due_key(value, self.calendar)
            return last, 0 if value is None else value

        return key


def mark_of(task: Task, orders: Sequence[Order]) -> Mark:
    """The task's place in a sort."""
    return Mark(tuple(_value(task, order.key) for order in orders), task.id)


def due_key(due: Due, calendar: Calendar) -> tuple[datetime, bool, date]:
    """The order of due dates: a day comes before instants of its midnight."""
    return calendar.moment(due), due.instant is not None, due.day or date.min


def title_key(title: str) -> str:
    """What a title is sorted by, in code point order."""
    return title[:SORTED_TITLE].casefold()


def search_text(task: Task) -> str:
    """What words are looked for in; the line feed keeps title and description apart."""
    return f"{task.title}\n{task.description or ''}".casefold()


def _value(task: Task, key: SortKey) -> SortValue:
    match key:
        case SortKey.CREATED_AT:
            return task.created_at
        case SortKey.UPDATED_AT:
            return task.updated_at
        case SortKey.DUE_DATE:
            return task.due_date
        case SortKey.PRIORITY:
            return RANKS[task.priority]
        case SortKey.TITLE:
            return title_key(task.title)
        case SortKey.COMPLETED_AT:
            return task.completed_at
