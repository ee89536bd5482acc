"""What is asked, through the use cases, and how long each call takes."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter
from typing import TypeAlias

from application.journal import Since
from benchmarks.compare.scenarios import CHANGES, CHANGES_TOLD, GET, LIST, PAGE_SIZE, POST
from benchmarks.growth.figures import Line, Point
from benchmarks.growth.holdings import Holding
from benchmarks.growth.plan import Plan
from domain.listing import Listing
from entrypoints.container import Container

HISTORY = "history of one task"

Call: TypeAlias = Callable[[Holding, int], Awaitable[object]]
"""Asks for something of an owner's, something else for another number."""

Subject: TypeAlias = tuple[Container, Sequence[Holding]]
"""An open database, and owners in it who are alike."""


def calls(made: Container) -> Mapping[str, Call]:
    """What can be asked, by its name."""
    read, listed, create = made.read_task(), made.list_tasks(), made.create_task()
    follow, history = made.follow_changes(), made.read_history()

    def changes(holding: Holding, _: int) -> Awaitable[object]:
        since = Since(max(0, holding.entries - CHANGES_TOLD))
        return follow(holding.actor, holding.owner, since, limit=CHANGES_TOLD)

    def post(holding: Holding, number: int) -> Awaitable[object]:
        given = {"title": f"Buy milk {number}", "description": "two litres", "tags": ["home"]}
        return create(holding.actor, holding.owner, given)

    def of_task(holding: Holding, number: int) -> Awaitable[object]:
        id = holding.task_id(number)
        return history(holding.actor, holding.owner, id, before=None, limit=PAGE_SIZE)

    return {
        GET: lambda holding, n: read(holding.actor, holding.owner, holding.task_id(n)),
        LIST: lambda holding, _: listed(holding.actor, holding.owner, Listing(PAGE_SIZE)),
        CHANGES: changes,
        HISTORY: of_task,
        POST: post,
    }


async def lines(
    names: Sequence[str], subjects: Mapping[int, Subject], plan: Plan
) -> Sequence[Line]:
    """A line for each name, over the sizes of the subjects, in microseconds.

    Owners are asked in turns, half of them to read and half to write where there are several.
    """
    times: dict[tuple[str, int], list[float]] = defaultdict(list)
    for round_ in range(-1, plan.rounds):  # the first, which warms up, is forgotten
        for name in names:
            for size, (made, holdings) in subjects.items():
                half = (holdings[1::2] if name == POST else holdings[::2]) or holdings
                found = await timed(calls(made)[name], half, plan.calls, round_)
                if round_ >= 0:
                    times[name, size] += found
    return [Line(name, [Point.of(size, times[name, size]) for size in subjects]) for name in names]


async def timed(call: Call, holdings: Sequence[Holding], count: int, round_: int) -> list[float]:
    """Microseconds of each of so many calls, other ones in another round."""
    times = []
    for number in range(round_ * count, (round_ + 1) * count):
        holding = holdings[number * 7919 % len(holdings)]
        start = perf_counter()
        await call(holding, number)
        times.append((perf_counter() - start) * 1e6)
    return times
