"""Lists as SQL: what `domain.listing` means, one statement for each shape.

- By `created_at`: an index of the ids, whose order that is.
- By `updated_at`: an index.
- By `due_date`: days, instants and tasks without either have an index each, which keeps them
  sorted whatever the time zone. A page is taken from each, and the caller merges the three.
- Anything else sorts within the owner's tasks.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
    type_coerce,
    union_all,
)

from adapters.sql.rows import TASK_COLUMNS
from adapters.sql.shapes import Idioms, Shape
from adapters.sql.tables import owners, tasks
from domain.listing import Order, SortKey

Condition = ColumnElement[bool]

_LIMIT: ColumnElement[int] = bindparam("limit")
_MINE: Condition = tasks.c.owner_id == bindparam("owner")
_IS_INSTANT = "CASE WHEN tasks.due_at IS NULL THEN 0 ELSE 1 END"


def page_statement(shape: Shape, idioms: Idioms) -> Select[Any]:
    """The owner's position, the count if asked for, and `TASK_COLUMNS` of at most `limit` tasks.

    One statement, so that all are of the same moment. There is always a row: with no task, its
    task columns are null. Sorted but for `due_date`, of which it gives `limit` of each kind.
    """
    where = [_MINE, tasks.c.deleted_at.is_(None), *_conditions(shape, idioms)]
    position = select(owners.c.position).where(owners.c.owner_id == bindparam("owner"))
    head = [func.coalesce(position.scalar_subquery(), 0).label("journal")]
    if shape.count:
        head.append(select(func.count()).where(*where).scalar_subquery().label("total"))
    first = select(*head).subquery()
    page, keys = _page(shape, idioms, where)
    columns = [page.c[column.name] for column in TASK_COLUMNS]
    return select(*first.c, *columns).select_from(first.outerjoin(page, true())).order_by(*keys)


def _conditions(shape: Shape, idioms: Idioms) -> Iterator[Any]:
    if "completed" in shape.conditions:
        yield tasks.c.completed_at.is_not(None)
    if "not_completed" in shape.conditions:
        yield tasks.c.completed_at.is_(None)
    if shape.ranks:
        yield tasks.c.priority.in_([literal_column(str(rank)) for rank in shape.ranks])
    if "tags" in shape.conditions:
        yield text(idioms.any_tag)
    if "without_due" in shape.conditions:
        yield and_(tasks.c.due_day.is_(None), tasks.c.due_at.is_(None))
    if "due" in shape.conditions:
        day, at = tasks.c.due_day, tasks.c.due_at
        yield or_(
            and_(day >= bindparam("first_day"), day < bindparam("end_day")),
            and_(at >= bindparam("start"), at < bindparam("end")),
        )
    for place in range(shape.words):
        yield text(idioms.contains.format(f":word{place}"))


def _page(shape: Shape, idioms: Idioms, where: list[Any]) -> tuple[Subquery, list[Any]]:
    down = shape.orders[-1].descending
    match shape.index:
        case SortKey.CREATED_AT:
            # Beyond a mark's id is beyond its instant, of which the id was made.
            return _stretch(where, [tasks.c.id], down, ["mark_id"] if shape.nulls else None)
        case SortKey.UPDATED_AT:
            marks = ["mark0", "mark_id"] if shape.nulls else None
            return _stretch(where, [tasks.c.updated_at, tasks.c.id], down, marks)
        case SortKey.DUE_DATE:
            kinds = [select(kind) for kind in _kinds_of_due(shape, where, down)]
            return union_all(*kinds).subquery(), []
        case _:
            return _sorted(shape, idioms, where)


def _stretch(
    where: list[Any], key: Sequence[Any], down: bool, marks: Sequence[str] | None
) -> tuple[Subquery, list[Any]]:
    """A stretch of an index, from beyond the marks on."""
    query = select(*TASK_COLUMNS).where(*where)
    if marks is not None:
        here, there = tuple_(*key), tuple_(*(_like(c, m) for c, m in zip(key, marks, strict=True)))
        query = query.where(here < there if down else here > there)
    page = query.order_by(*(_directed(column, down) for column in key)).limit(_LIMIT).subquery()
    return page, [_directed(page.c[column.name], down) for column in key]


def _kinds_of_due(shape: Shape, where: list[Any], down: bool) -> Iterator[Subquery]:
    """A stretch of the days, one of the instants and one of the tasks without a due date."""
    day, at, id = tasks.c.due_day, tasks.c.due_at, tasks.c.id
    without = [*where, day.is_(None), at.is_(None)]
    marked = None if shape.nulls is None else _kind(shape.nulls)
    if marked == "none":
        yield _stretch(without, [id], down, ["mark_id"])[0]
        return
    days, instants = [*where, day.is_not(None)], [*where, at.is_not(None)]
    if marked == "day":
        midnight = _like(at, "mark0")
        instants.append(at < midnight if down else at >= midnight)
    if marked == "instant":
        next_day = _like(day, "next_day")
        days.append(day < next_day if down else day >= next_day)
    of_day = ["mark2", "mark_id"] if marked == "day" else None
    of_instant = ["mark0", "mark_id"] if marked == "instant" else None
    yield _stretch(days, [day, id], down, of_day)[0]
    yield _stretch(instants, [at, id], down, of_instant)[0]
    yield _stretch(without, [id], down, None)[0]


def _kind(nulls: tuple[bool, ...]) -> str:
    no_moment, _, no_day = nulls
    return "none" if no_moment else "instant" if no_day else "day"


def _sorted(shape: Shape, idioms: Idioms, where: list[Any]) -> tuple[Subquery, list[Any]]:
    """A page of all the owner's tasks, which have to be sorted for it."""
    down = [order.descending for order in shape.orders for _ in range(_width(order))]
    keys = [expression for order in shape.orders for expression in _expressions(order, idioms)]
    labels = [key.label(f"key{place}") for place, key in enumerate(keys)]
    query = select(*TASK_COLUMNS, *labels).where(*where)
    ends = [*zip(keys, down, strict=True), (tasks.c.id, down[-1])]
    if shape.nulls is not None:
        query = query.where(_beyond(ends, shape.nulls))
    order = [_directed(key, is_down).nulls_last() for key, is_down in ends]
    page = query.order_by(*order).limit(_LIMIT).subquery()
    names = [*(label.name for label in labels), "id"]
    outer = zip(names, ends, strict=True)
    return page, [_directed(page.c[name], is_down).nulls_last() for name, (_, is_down) in outer]


def _beyond(ends: Sequence[tuple[Any, bool]], nulls: Sequence[bool]) -> Condition:
    """Whether a row's keys come after the mark's, one key after the other."""
    marks = [*(f"mark{place}" for place in range(len(nulls))), "mark_id"]
    beyond: Condition = false()
    same: list[Condition] = []
    for (key, down), name, is_null in zip(ends, marks, [*nulls, False], strict=True):
        if is_null:
            same.append(key.is_(None))
            continue
        mark = _like(key, name)
        further = or_(key < mark if down else key > mark, key.is_(None))
        beyond = or_(beyond, and_(*same, further))
        same.append(key == mark)
    return beyond


def _expressions(order: Order, idioms: Idioms) -> list[Any]:
    match order.key:
        case SortKey.DUE_DATE:
            at = type_coerce(idioms.moment, tasks.c.due_at.type)
            return [at, literal_column(_IS_INSTANT, tasks.c.version.type), tasks.c.due_day]
        case SortKey.TITLE:
            return [tasks.c.title_key]
        case _:
            return [tasks.c[order.key]]


def _width(order: Order) -> int:
    return 3 if order.key is SortKey.DUE_DATE else 1


def _like(column: Any, name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=column.type)


def _directed(column: Any, down: bool) -> Any:
    return column.desc() if down else column.asc()
