"""The statements that read, the same on every database."""

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, select, true

from adapters.sql.rows import ENTRY_COLUMNS, TASK_COLUMNS
from adapters.sql.tables import journal, owners, tasks

_OWNER: BindParameter[str] = bindparam("owner")

_position = select(owners.c.position).where(owners.c.owner_id == _OWNER)


def get_task() -> Select[tuple[object, ...]]:
    """`TASK_COLUMNS` of the `owner`'s task `id`, unless it lies in the trash."""
    return select(*TASK_COLUMNS).where(
        tasks.c.owner_id == _OWNER, tasks.c.id == bindparam("id"), tasks.c.deleted_at.is_(None)
    )


def list_tasks(*conditions: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    """The `owner`'s position and, of their newest `limit` tasks, `TASK_COLUMNS`.

    One statement, so that both are of the same moment. There is always a row: with no task, its
    task columns are null.
    """
    position = select(func.coalesce(_position.scalar_subquery(), 0).label("journal")).subquery()
    page = (
        select(*TASK_COLUMNS)
        .where(tasks.c.owner_id == _OWNER, tasks.c.deleted_at.is_(None), *conditions)
        .order_by(tasks.c.id.desc())
        .limit(bindparam("limit"))
        .subquery()
    )
    return (
        select(position.c.journal, *page.c)
        .select_from(position.outerjoin(page, true()))
        .order_by(page.c.id.desc())
    )


def older_than_before() -> ColumnElement[bool]:
    """Narrows a list to what was made earlier than the task `before`."""
    return tasks.c.id < bindparam("before")


def journal_position() -> Select[tuple[int]]:
    """The `owner`'s position, if they have one."""
    return _position


def journal_entries() -> Select[tuple[object, ...]]:
    """`ENTRY_COLUMNS` of the `owner`'s first `limit` entries above `after`."""
    return (
        select(*ENTRY_COLUMNS)
        .where(journal.c.owner_id == _OWNER, journal.c.position > bindparam("after"))
        .order_by(journal.c.position)
        .limit(bindparam("limit"))
    )
