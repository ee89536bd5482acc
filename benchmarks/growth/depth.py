"""A page of one owner's list, from its beginning to near its end."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import psycopg

from application.tasks import ListTasks
from benchmarks.compare.scenarios import PAGE_SIZE
from benchmarks.growth.calls import Call, timed
from benchmarks.growth.figures import Figure, Line, Panel, Point
from benchmarks.growth.holdings import Holding
from benchmarks.growth.plan import Plan
from benchmarks.growth.storages import POSTGRESQL, SQLITE, Place
from benchmarks.list_depth import explain
from domain.listing import Listing, Order, SortKey, mark_of
from domain.owner import Owner
from domain.task import Task
from entrypoints.container import Container

_DEPTHS = (0, 25, 50, 75, 99)  # percent
_ORDERS = {
    "newest first (-created_at)": Order(SortKey.CREATED_AT, descending=True),
    "last changed first (-updated_at)": Order(SortKey.UPDATED_AT, descending=True),
    "first due first (due_date)": Order(SortKey.DUE_DATE),
}
_OTHERS = 1000  # tasks of each other owner, a quarter of all tasks together

Listings = Mapping[tuple[str, int], Listing]
"""What is asked for, by the name of the order and the depth."""


async def by_depth(place: Place, plan: Plan) -> Figure:
    """The figure: milliseconds on both storages, and what PostgreSQL touches."""
    large = Holding(Owner("large"), plan.depth, plan.depth)
    others = large.tasks // _OTHERS // 3 + 1
    holdings = [
        large,
        *(Holding(Owner(f"other-{n}"), _OTHERS, _OTHERS) for n in range(others)),
    ]
    listings = _listings(large.present())
    panels = []
    for storage in (POSTGRESQL, SQLITE):
        async with place.filled(storage, "depth", holdings) as made:
            times = await _times(made, large, listings, plan)
        panels.append(Panel(f"{storage}: time", "ms", times))
    buffers = _buffers(place.postgres.url("depth"), large, listings)
    panels.append(Panel(f"{POSTGRESQL}: buffers", "buffers of 8 KiB", buffers))
    title = f"A page of {PAGE_SIZE} of a list of {large.tasks:,} tasks, by how deep it lies"
    how = (
        f"{others * _OTHERS:,} tasks more are other owners'; {plan.repeated}. Buffers are "
        "the pages of the database that the page's statement touches, in memory or on the disk."
    )
    return Figure("depth", title, "depth in the list, %", "linear", how, panels)


def _listings(tasks: Sequence[Task]) -> Listings:
    found = {}
    for name, order in _ORDERS.items():
        ordered = Listing(PAGE_SIZE, (order,)).sort(tasks)
        for depth in _DEPTHS:
            last = ordered[len(ordered) * depth // 100 - 1]
            after = mark_of(last, (order,)) if depth else None
            found[name, depth] = Listing(PAGE_SIZE, (order,), after=after)
    return found


async def _times(made: Container, large: Holding, listings: Listings, plan: Plan) -> Sequence[Line]:
    asking = made.list_tasks()
    times: dict[tuple[str, int], list[float]] = defaultdict(list)
    for round_ in range(-1, plan.rounds):  # the first, which warms up, is forgotten
        for key, listing in listings.items():
            found = await timed(_page(asking, listing), [large], plan.calls, round_)
            times[key] += [each / 1000 for each in found if round_ >= 0]
    return [
        Line(name, [Point.of(depth, times[name, depth]) for depth in _DEPTHS]) for name in _ORDERS
    ]


def _page(asking: ListTasks, listing: Listing) -> Call:
    return lambda holding, _: asking(holding.actor, holding.owner, listing)


def _buffers(url: str, large: Holding, listings: Listings) -> Sequence[Line]:
    with psycopg.connect(url, autocommit=True) as connection:
        touched = {
            key: explain(connection, large.owner, listing)[0] for key, listing in listings.items()
        }
    return [
        Line(name, [Point.of(depth, [touched[name, depth]]) for depth in _DEPTHS])
        for name in _ORDERS
    ]
