"""The statements that every database shares; `listing.py` has those of lists."""

from typing import Any

from sqlalchemy import (
    BindParameter,
    Delete,
    Integer,
    Select,
    bindparam,
    delete,
    literal_column,
    select,
    text,
    tuple_,
)

from adapters.sql.rows import ENTRY_COLUMNS, RECEIPT_COLUMNS, TASK_COLUMNS
from adapters.sql.tables import journal, owners, receipts, tasks

_OWNER: BindParameter[str] = bindparam("owner")
_MOST_AT_ONCE = literal_column("1000", Integer)


def get_task(*, trashed: bool = False) -> Select[tuple[object, ...]]:
    """`TASK_COLUMNS` of the `owner`'s task `id`, unless it lies in the trash, or even so."""
    one = select(*TASK_COLUMNS).where(tasks.c.owner_id == _OWNER, tasks.c.id == bindparam("id"))
    return one if trashed else one.where(tasks.c.deleted_at.is_(None))


def some_tasks(are_those: str, *, trashed: bool = False) -> Select[tuple[object, ...]]:
    """`TASK_COLUMNS` of the `owner`'s tasks for which the idiom holds, as `get_task` has it."""
    some = select(*TASK_COLUMNS).where(tasks.c.owner_id == _OWNER, text(are_those))
    return some if trashed else some.where(tasks.c.deleted_at.is_(None))


def journal_position() -> Select[tuple[int]]:
    """The `owner`'s position, if they have one."""
    return select(owners.c.position).where(owners.c.owner_id == _OWNER)


def journal_entries() -> Select[tuple[object, ...]]:
    """`ENTRY_COLUMNS` of the `owner`'s first `limit` entries above `after`."""
    return (
        select(*ENTRY_COLUMNS)
        .where(journal.c.owner_id == _OWNER, journal.c.position > bindparam("after"))
        .order_by(journal.c.position)
        .limit(bindparam("limit"))
    )


def find_receipt() -> Select[tuple[object, ...]]:
    """`RECEIPT_COLUMNS` of the `owner`'s receipt under `key`, unless it has expired by `at`."""
    return select(*RECEIPT_COLUMNS).where(
        receipts.c.owner_id == _OWNER,
        receipts.c.key == bindparam("key"),
        receipts.c.expires_at > bindparam("at"),
    )


def sweep_receipts() -> Delete:
    """Deletes at most `limit` receipts that have expired by `at`."""
    expired = select(receipts.c.owner_id, receipts.c.key).where(
        receipts.c.expires_at <= bindparam("at")
    )
    return delete(receipts).where(tuple_(receipts.c.owner_id, receipts.c.key).in_(some(expired)))


def some(keys: Select[Any]) -> Select[Any]:
    """At most `limit` of the keys, of which there may be many, and never more than 1000.

    Without that number PostgreSQL, which plans for every `limit` alike, would expect a tenth of all
    and read the whole table beside them.
    """
    return select(keys.limit(_MOST_AT_ONCE).subquery()).limit(bindparam("limit"))


def days_due() -> Select[tuple[object]]:
    """The days on which the `owner`'s present tasks are due."""
    return (
        select(tasks.c.due_day)
        .distinct()
        .where(
            tasks.c.owner_id == _OWNER,
            tasks.c.due_day.is_not(None),
            tasks.c.deleted_at.is_(None),
        )
    )
