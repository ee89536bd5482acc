"""The statements that read the journal, and those that let go of what is old."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Delete,
    Select,
    Update,
    and_,
    bindparam,
    case,
    delete,
    literal,
    or_,
    select,
    text,
    true,
    update,
)

from adapters.sql.rows import ENTRY_COLUMNS, TASK_COLUMNS
from adapters.sql.tables import journal, owners, tasks

_OWNER: BindParameter[str] = bindparam("owner")
_ARE_THOSE = {
    "postgresql": "owner_id IN (SELECT value FROM jsonb_array_elements_text(CAST(:keys AS jsonb)))",
    "sqlite": "owner_id IN (SELECT value FROM json_each(:keys))",
}
_MINE = journal.c.owner_id == _OWNER


def positions_of_some(database: str) -> Select[Any]:
    """Key and position of the owners whose keys the JSON array `keys` has."""
    return select(owners.c.owner_id, owners.c.position).where(text(_ARE_THOSE[database]))


def changes_after() -> Select[Any]:
    """The owner's position and horizon, and with each the last entry of a task above `after`.

    Of the entry its position, its task's id, whether the task is present, and `TASK_COLUMNS`. One
    statement, so that all are of the same moment; there is a row for every owner. An entry is its
    task's last one if the task says so, or if the task was erased, which leaves no other.
    """
    same = and_(tasks.c.owner_id == journal.c.owner_id, tasks.c.id == journal.c.task_id)
    last = (
        select(
            journal.c.position.label("at"),
            journal.c.task_id,
            and_(tasks.c.id.is_not(None), tasks.c.deleted_at.is_(None)).label("present"),
            *TASK_COLUMNS,
        )
        .select_from(journal.outerjoin(tasks, same))
        .where(
            _MINE,
            journal.c.position > bindparam("after"),
            or_(tasks.c.id.is_(None), tasks.c.position == journal.c.position),
        )
        .order_by(journal.c.position)
        .limit(bindparam("limit"))
        .subquery()
    )
    return (
        select(owners.c.position, owners.c.horizon, *last.c)
        .select_from(owners.outerjoin(last, true()))
        .where(owners.c.owner_id == _OWNER)
        .order_by(last.c["at"])
    )


def older_entries() -> Select[Any]:
    """`ENTRY_COLUMNS` of the first `limit` entries of the task `id`, from position `newest` down.

    Each entry knows its task's entry before it, so the way leads along the primary key. It ends
    where enough were found, whose number `nth` is: sorting would go it to its end.
    """
    columns = [journal.c.owner_id, *ENTRY_COLUMNS]
    chain = (
        select(*columns, literal(1).label("nth"))
        .where(
            _MINE,
            journal.c.position == bindparam("newest"),
            journal.c.task_id == bindparam("id"),
        )
        .cte("chain", recursive=True)
    )
    before = select(*columns, chain.c.nth + 1).where(
        journal.c.owner_id == chain.c.owner_id,
        journal.c.position == chain.c.previous,
        chain.c.nth < bindparam("limit"),
    )
    chain = chain.union_all(before)
    return select(*(chain.c[column.name] for column in ENTRY_COLUMNS)).order_by(chain.c.nth)


def oldest_entries() -> Select[Any]:
    """The first `limit` owners above the key `after`, each with the `at` of their first entry."""
    first = (
        select(journal.c.at)
        .where(journal.c.owner_id == owners.c.owner_id)
        .order_by(journal.c.position)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(owners.c.owner_id, first)
        .where(owners.c.owner_id > bindparam("after"))
        .order_by(owners.c.owner_id)
        .limit(bindparam("limit"))
    )


def first_entries() -> Select[Any]:
    """Position and `at` of the owner's first `limit` entries."""
    return (
        select(journal.c.position, journal.c.at)
        .where(_MINE)
        .order_by(journal.c.position)
        .limit(bindparam("limit"))
    )


def move_horizon() -> Update:
    """Moves the owner's horizon to the position `horizon`, unless it is there or beyond.

    It is far beyond the entries there are after a backup was restored.
    """
    wanted = bindparam("horizon", type_=BigInteger)
    horizon = case((owners.c.horizon < wanted, wanted), else_=owners.c.horizon)
    return update(owners).where(owners.c.owner_id == _OWNER).values(horizon=horizon)


def drop_entries() -> Delete:
    """Drops the owner's entries up to the position `horizon`."""
    return delete(journal).where(_MINE, journal.c.position <= bindparam("horizon"))
