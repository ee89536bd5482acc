"""A page costs the same at any depth, since an index has its order (docs/decisions/0005)."""

from collections.abc import Callable

import pytest

from domain.calendar import IN_UTC
from domain.due import Due
from domain.due_range import DueRange
from domain.listing import Filter, Listing, Mark, Order, SortKey, SortValue
from tests.builders import an_id
from tests.contract import plans
from tests.contract.plans import LIMIT, MIDDLE, Explain
from tests.storages import DURABLE, migrate

DUE = ["tasks_by_due_day", "tasks_by_due_at", "tasks_without_due"]
INDEXES = {
    SortKey.CREATED_AT: ["tasks_present"],
    SortKey.UPDATED_AT: ["tasks_by_updated_at"],
    SortKey.DUE_DATE: DUE,
}
DAY, INSTANT = Due(day=MIDDLE.date()), Due(instant=MIDDLE)
MARKS: list[tuple[SortKey, SortValue]] = [
    (SortKey.CREATED_AT, MIDDLE),
    (SortKey.UPDATED_AT, MIDDLE),
    (SortKey.DUE_DATE, DAY),
    (SortKey.DUE_DATE, INSTANT),
    (SortKey.DUE_DATE, None),
]
SORTED: list[tuple[SortKey, SortValue]] = [
    (SortKey.PRIORITY, 2),
    (SortKey.TITLE, "task 5"),
    (SortKey.COMPLETED_AT, MIDDLE),
]
DIRECTIONS = pytest.mark.parametrize("down", [True, False], ids=["down", "up"])


@pytest.fixture(scope="module", params=DURABLE)
def explain(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> Explain:
    made: Callable[[str], Explain] = getattr(plans, request.param)
    return made(migrate(new_database(request.param)))


@DIRECTIONS
@pytest.mark.parametrize("key", INDEXES)
def test_a_first_page_is_read_from_an_index(explain: Explain, key: SortKey, down: bool) -> None:
    plan = explain(Listing(LIMIT, (Order(key, down),)))

    assert plan.indexes == INDEXES[key]
    assert not plan.sorts


@DIRECTIONS
@pytest.mark.parametrize(("key", "value"), MARKS)
def test_a_later_page_begins_in_the_middle_of_the_index(
    explain: Explain, key: SortKey, value: SortValue, down: bool
) -> None:
    mark = Mark((value,), an_id(MIDDLE))

    plan = explain(Listing(LIMIT, (Order(key, down),), after=mark))

    assert plan.indexes == (INDEXES[key] if value is not None else DUE[-1:])
    assert not plan.sorts
    conditions = [condition.replace("owner_id", "") for _, condition in plan.ways]
    assert any("id" in condition for condition in conditions)


@DIRECTIONS
@pytest.mark.parametrize(("key", "value"), SORTED)
def test_any_other_sort_stays_within_the_owners_tasks(
    explain: Explain, key: SortKey, value: SortValue, down: bool
) -> None:
    for after in (None, Mark((value,), an_id(MIDDLE))):
        plan = explain(Listing(LIMIT, (Order(key, down),), after=after))

        assert all("owner_id" in condition for _, condition in plan.ways)
        assert plan.sorts


@pytest.mark.parametrize(
    "where",
    [
        Filter(completed=False),
        Filter(tags=frozenset({"x"})),
        Filter(words=("task", "5")),
        Filter(due=DueRange.today(MIDDLE, IN_UTC)),
        Filter(without_due=True),
    ],
)
def test_filters_and_counts_stay_within_the_owners_tasks(explain: Explain, where: Filter) -> None:
    plan = explain(Listing(LIMIT, where=where, count=True))

    assert len(plan.ways) >= 2
    assert all("owner_id" in condition for _, condition in plan.ways)
