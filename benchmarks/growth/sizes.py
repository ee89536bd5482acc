"""One owner's tasks, all owners, and one owner's journal: what each costs as it grows."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from benchmarks.compare.scenarios import CHANGES, GET, LIST, POST
from benchmarks.growth.calls import HISTORY, Subject, lines
from benchmarks.growth.figures import Figure, Panel
from benchmarks.growth.holdings import Holding
from benchmarks.growth.plan import Plan
from benchmarks.growth.storages import POSTGRESQL, SQLITE, Place
from domain.owner import Owner

_BOTH = (POSTGRESQL, SQLITE)
_ASKED = (GET, LIST, CHANGES, POST)
_ALIKE = 10_000  # tasks or entries of all owners of one size together, at least
_FEW = 5  # tasks of each owner where there are many
_EDITED = 100  # tasks whose journal grows


async def by_tasks(place: Place, plan: Plan) -> Figure:
    """Owners with more and more tasks, all in one database."""
    groups = {
        size: [_holding(f"tasks-{size}", number, size, size) for number in range(_owners(size))]
        for size in plan.tasks
    }
    how = f"All owners are in one database, each task with one journal entry; {plan.repeated}."
    panels = [await _together(place, storage, "tasks", _ASKED, groups, plan) for storage in _BOTH]
    title = "Time of one call, by how many tasks its owner has"
    return Figure("tasks", title, "tasks of the owner", "log", how, panels)


async def by_entries(place: Place, plan: Plan) -> Figure:
    """Owners with longer and longer journals, all in one database."""
    groups = {
        size: [
            _holding(f"entries-{size}", number, min(size, _EDITED), size)
            for number in range(_owners(size))
        ]
        for size in plan.entries
    }
    asked = (HISTORY, LIST, CHANGES, POST)
    how = (
        f"All owners are in one database, each with {_EDITED} tasks that were completed and opened "
        f"again and again; a history is its newest 50 entries at most; {plan.repeated}."
    )
    panels = [await _together(place, storage, "entries", asked, groups, plan) for storage in _BOTH]
    title = "Time of one call, by how long its owner's journal is"
    return Figure("journal", title, "journal entries of the owner", "log", how, panels)


async def by_owners(place: Place, plan: Plan) -> Figure:
    """More and more owners with few tasks each, in a database for each number of them."""
    how = (
        f"Each owner has {_FEW} tasks, so a list is no longer than that; each number of owners has "
        f"a database of its own, and is asked for owners all over it; {plan.repeated}."
    )
    panels = [await _apart(place, storage, plan) for storage in _BOTH]
    title = "Time of one call, by how many owners the database has"
    return Figure("owners", title, "owners in the database", "log", how, panels)


async def _together(
    place: Place,
    storage: str,
    name: str,
    asked: Sequence[str],
    groups: dict[int, list[Holding]],
    plan: Plan,
) -> Panel:
    every = [holding for group in groups.values() for holding in group]
    async with place.filled(storage, name, every) as made:
        subjects = {size: (made, group) for size, group in groups.items()}
        return Panel(storage, "µs", await lines(asked, subjects, plan))


async def _apart(place: Place, storage: str, plan: Plan) -> Panel:
    subjects: dict[int, Subject] = {}
    async with AsyncExitStack() as stack:
        for size in plan.owners:
            holdings = [_holding("owner", number, _FEW, _FEW) for number in range(size)]
            filling = place.filled(storage, f"owners_{size}", holdings)
            subjects[size] = await stack.enter_async_context(filling), holdings
        return Panel(storage, "µs", await lines(_ASKED, subjects, plan))


def _owners(size: int) -> int:
    """So many that what is written meanwhile makes nobody's much larger."""
    return max(1, _ALIKE // size)


def _holding(name: str, number: int, tasks: int, entries: int) -> Holding:
    return Holding(Owner(f"{name}-{number}"), tasks, entries)
