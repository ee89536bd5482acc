"""The operations of a batch, as a caller says them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from domain.errors import FieldError, InvalidFields
from domain.fields import Fields, read_fields
from domain.reading import Reader, read_members, read_text, read_whole

MOST_OPERATIONS = 100
_NOBODY = UUID(int=0)


class Op(StrEnum):
    """What an operation does."""

    CREATE = "create"
    EDIT = "edit"
    COMPLETE = "complete"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Operation:
    """One command of a batch. Without `completed`, `complete` toggles."""

    op: Op
    id: UUID
    version: int | None = None
    fields: Fields = field(default_factory=Fields)
    completed: bool | None = None


def read_operations(given: Mapping[str, object]) -> Sequence[Operation]:
    """The operations that plain values stand for. Raises `InvalidFields`, naming every bad one."""
    members = read_members(given, {"operations": _list}, required=("operations",))
    operations: list[Operation] = []
    errors: list[FieldError] = []
    for place, value in enumerate(members["operations"]):
        try:
            operations.append(_operation(value))
        except InvalidFields as bad:
            errors += [FieldError(("operations", place, *e.path), e.detail) for e in bad.errors]
    if errors:
        raise InvalidFields(errors)
    return operations


def _operation(value: object) -> Operation:
    if not isinstance(value, dict):
        raise InvalidFields([FieldError((), "must be an object")])
    if not isinstance(value.get("op"), str) or value["op"] not in {*Op}:
        raise InvalidFields([FieldError(("op",), f"must be one of {', '.join(Op)}")])
    op = Op(cast("str", value["op"]))
    readers, required = _MEMBERS[op]
    said = read_members(value, {"op": read_text, **readers}, required=required)
    return Operation(
        op,
        said.get("id", _NOBODY),
        said.get("if_version"),
        said.get("task", Fields()),
        said.get("completed"),
    )


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("must be an array of operations")
    if not 1 <= len(value) <= MOST_OPERATIONS:
        raise ValueError(f"must be 1 to {MOST_OPERATIONS} operations")
    return value


def _id(value: object) -> UUID:
    """An id; one that is malformed names no task, so the nil id stands for it."""
    try:
        id = UUID(read_text(value))
    except ValueError:
        if not isinstance(value, str):
            raise ValueError("must be a string") from None
        return _NOBODY
    return id if str(id) == str(value).lower() else _NOBODY


def _version(value: object) -> int | None:
    return None if value is None else read_whole(value)


def _completed(value: object) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _new(value: object) -> Fields:
    return _task(value, ("title",))


def _changed(value: object) -> Fields:
    return _task(value, ())


def _task(value: object, required: tuple[str, ...]) -> Fields:
    if not isinstance(value, dict):
        raise ValueError("must be an object")
    return read_fields(value, required=required)


_OF_ONE: dict[str, Reader] = {"id": _id, "if_version": _version}
_MEMBERS: dict[Op, tuple[dict[str, Any], tuple[str, ...]]] = {
    Op.CREATE: ({"task": _new}, ("task",)),
    Op.EDIT: ({**_OF_ONE, "task": _changed}, ("id", "task")),
    Op.COMPLETE: ({**_OF_ONE, "completed": _completed}, ("id",)),
    Op.DELETE: (_OF_ONE, ("id",)),
}
