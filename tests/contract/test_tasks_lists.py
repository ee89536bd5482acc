"""`Tasks.page` with filters and sorts: on every adapter what `domain.listing` means."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.ports import Tasks
from domain.calendar import Calendar
from domain.due import Due
from domain.due_range import DueRange
from domain.fields import Priority
from domain.listing import Filter, Listing, Order, SortKey, mark_of
from domain.owner import Owner
from domain.task import Task
from tests.builders import a_task, an_owner, later, trash

# Around the night in which Berlin's clocks go forward and Beirut's skip midnight.
NOW = datetime(2026, 3, 29, 9, tzinfo=UTC)
DUES = (
    None,
    "2026-03-28",
    "2026-03-29",
    "2026-03-30",
    "2026-03-28T22:00:00Z",
    "2026-03-28T23:00:00Z",
    "2026-03-29T00:00:00Z",
    "2026-03-29T21:59:59.999999Z",
    "2026-03-29T22:00:00Z",
    "2026-10-24",  # a summer day, and the night in which the clocks go back in the Azores
    "2026-10-23T22:00:00Z",
    "2026-10-25",
    "2026-10-25T00:00:00Z",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:00:00Z",
)
TITLES = ("a", "B", "ß", "SS", "Ärger", "äpfel", "zebra", "😀", "Milk %", "milk _", "m" * 101)
ZONES = (
    *("UTC", "Europe/Berlin", "Asia/Beirut", "America/New_York", "Pacific/Kiritimati"),
    *("CET", "Atlantic/Azores", "America/Havana"),  # which PostgreSQL reads otherwise
)

tasks_said = st.fixed_dictionaries(
    {
        "title": st.sampled_from(TITLES),
        "due_date": st.sampled_from(DUES),
        "priority": st.sampled_from([None, *Priority]),
        "tags": st.lists(st.sampled_from(["x", "Ü", 'a"b', "%", "["]), unique=True, max_size=3),
        "description": st.sampled_from([None, "Milk and honey", "100 %", "STRASSE straße"]),
        "completed": st.booleans(),
    }
)
orders = st.lists(
    st.builds(Order, st.sampled_from(SortKey), st.booleans()), min_size=1, max_size=3
).map(tuple)
bounds = st.sampled_from([due for due in DUES if due]).map(Due.parse)
calendars = st.sampled_from(ZONES).map(lambda name: Calendar(ZoneInfo(name)))


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    calendar = draw(calendars)
    ranges = st.one_of(
        st.none(),
        bounds.map(lambda bound: DueRange.after(bound, calendar)),
        bounds.map(lambda bound: DueRange.before(bound, calendar)),
        st.just(DueRange.today(NOW, calendar)),
        st.just(DueRange.past(NOW, calendar)),
    )
    where = st.builds(
        Filter,
        completed=st.sampled_from([None, None, True, False]),
        open=st.booleans(),
        priorities=st.frozensets(st.sampled_from(Priority), max_size=2),
        tags=st.frozensets(st.sampled_from(["x", "Ü", 'a"b', "%", "["]), max_size=2),
        due=ranges,
        without_due=st.sampled_from([False, False, True]),
        words=st.sampled_from([(), (), ("milk",), ("%",), ("_",), ("ss", "str"), ("ä",)]),
    )
    return Listing(
        limit=draw(st.sampled_from([1, 2, 5, 100])),
        orders=draw(orders),
        where=draw(st.just(Filter()) | where),
        calendar=calendar,
        count=draw(st.booleans()),
    )


async def all_pages(tasks: Tasks, owner: Owner, listing: Listing) -> list[Task]:
    """What the pages of a list hold together."""
    found: list[Task] = []
    while True:
        page = await tasks.page(owner, listing)
        found += page.tasks
        if not page.more:
            return found
        mark = mark_of(page.tasks[-1], listing.orders)
        listing = Listing(
            listing.limit, listing.orders, listing.where, mark, listing.calendar, listing.count
        )


@given(said=st.lists(tasks_said, max_size=12), asked=st.lists(listings(), min_size=1, max_size=4))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_every_list_holds_what_it_means_in_its_order(
    tasks: Tasks, said: list[dict[str, object]], asked: list[Listing]
) -> None:
    owner = an_owner()
    same_moment = later()
    there = [
        a_task(owner, at=same_moment if n % 3 else None, **given) for n, given in enumerate(said)
    ]
    for task in there:
        await tasks.add(task, by=owner)

    for listing in asked:
        found = await all_pages(tasks, owner, listing)

        selected = [task for task in there if listing.where.selects(task)]
        assert found == listing.sort(selected)
        total = (await tasks.page(owner, listing)).total
        assert total == (len(selected) if listing.count else None)


async def test_filters_and_sorts_know_nothing_of_the_trash_or_of_others(tasks: Tasks) -> None:
    owner, other = an_owner(), an_owner()
    kept, trashed, foreign = (
        a_task(whose, title="milk", tags=["x"], due_date="2026-03-29")
        for whose in (owner, owner, other)
    )
    for task in (kept, trashed, foreign):
        await tasks.add(task, by=task.owner)
    await tasks.update(owner, trashed.id, trash, by=owner)
    where = Filter(tags=frozenset({"x"}), words=("milk",))

    for key in SortKey:
        page = await tasks.page(owner, Listing(10, (Order(key),), where, count=True))

        assert (list(page.tasks), page.total) == ([kept], 1)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("key", SortKey)
async def test_C07_a_page_goes_on_from_a_task_that_is_gone(
    tasks: Tasks, key: SortKey, descending: bool
) -> None:
    owner = an_owner()
    orders = (Order(key, descending),)
    there = [a_task(owner, title=f"t{n}", due_date=f"2026-03-{10 + n}") for n in range(5)]
    for task in there:
        await tasks.add(task, by=owner)
    first = await tasks.page(owner, Listing(2, orders))
    last = first.tasks[-1]
    await tasks.update(owner, last.id, trash, by=owner)

    rest = await tasks.page(owner, Listing(10, orders, after=mark_of(last, orders)))

    met = {task.id for task in (*first.tasks, *rest.tasks)}
    assert met == {task.id for task in there}
    assert len(rest.tasks) == 3
