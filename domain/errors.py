"""Every way the domain says no.

TaskhavenError
├── InvalidFields      what was said of a task breaks a rule; names every bad field at once
├── InvalidOwner       a subject that no owner can have
├── NotOwner           the actor may not act for that owner
├── TaskNotFound       this owner has no such task; somebody else's looks the same as none
├── TooManyTasks       the owner has as many tasks as this service allows
└── VersionMismatch    the task is not in a version the caller expected
"""

from collections.abc import Sequence
from dataclasses import dataclass


class TaskhavenError(Exception):
    """The root of everything Taskhaven raises on purpose."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One bad field: the way to it from the top (`("tags", 3)`) and what it must be instead."""

    path: tuple[str | int, ...]
    detail: str


class InvalidFields(TaskhavenError):
    """Holds one `FieldError` for each bad field, in the order in which they were given."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{_dotted(e.path)} {e.detail}" for e in self.errors))


class InvalidOwner(TaskhavenError):
    """The subject or realm is not of the form the contract allows (§8)."""


class NotOwner(TaskhavenError):
    """The actor does not act for that owner, who may or may not exist."""


class TaskNotFound(TaskhavenError):
    """No task of this owner has that id."""


class TooManyTasks(TaskhavenError):
    """The owner has as many tasks as allowed, and the change would add one."""


class VersionMismatch(TaskhavenError):
    """The task's present version is none of those the caller expected."""


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(map(str, path)) or "the whole"
