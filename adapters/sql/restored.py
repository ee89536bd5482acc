"""What has to be done to rows that come from a backup, the same on every database."""

from sqlalchemy import BigInteger, Delete, Update, bindparam, case, delete, literal, update

from adapters.sql.database import Params
from adapters.sql.tables import owners, sessions

_FURTHER = 2**32


def end_sessions() -> Delete:
    """Ends every session: those that were ended after the backup are among them."""
    return delete(sessions)


def move_journals() -> Update:
    """Lets every owner's journal go on at `position`, or further on if it is beyond that."""
    position = bindparam("position", type_=BigInteger)
    further = owners.c.position + literal(_FURTHER, BigInteger)
    moved = case((owners.c.position < position, position), else_=further)
    return update(owners).values(position=moved, horizon=moved)


def kept_owner(key: str, position: int) -> Params:
    """The row of an owner whom only the replaced database knew.

    They have nothing now, but may have followed their journal all the same.
    """
    return {"owner_id": key, "position": position, "present": 0, "horizon": position}
