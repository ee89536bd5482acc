"""What three owners' tasks and journals must be: dictionaries that do as the contract says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.change import content
from domain.errors import TaskhavenError, TaskNotFound, VersionMismatch
from domain.owner import Owner
from domain.task import Task

Said = dict[str, object]

CLEARED: Said = {
    "description": None,
    "priority": "none",
    "due_date": None,
    "tags": [],
    "completed": False,
}


@dataclass
class Row:
    """A task, as plain as can be."""

    said: Said
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    version: int = 1


@dataclass
class Tenant:
    """One owner's tasks that are not deleted, and what was ever accepted of theirs."""

    owner: Owner
    rows: dict[UUID, Row] = field(default_factory=dict)
    journal: list[tuple[str, UUID, int]] = field(default_factory=list)

    def problem(self, id: UUID, versions: frozenset[int] | None) -> type[TaskhavenError] | None:
        """What must be raised when this task is to be changed."""
        if id not in self.rows:
            return TaskNotFound
        if versions is not None and self.rows[id].version not in versions:
            return VersionMismatch
        return None

    def compare(self, task: Task) -> None:
        """Fails if the task is not the one in mind."""
        row = self.rows[task.id]
        assert task.owner == self.owner
        assert content(task) == row.said
        assert (task.created_at, task.updated_at) == (row.created_at, row.updated_at)
        assert (task.completed_at, task.version) == (row.completed_at, row.version)

    def newest_first(self) -> list[UUID]:
        """The order of every list."""
        return sorted(self.rows, key=lambda id: (self.rows[id].created_at, id), reverse=True)

    def create(self, id: UUID, given: Mapping[str, object], at: datetime) -> None:
        """Take note of a new task."""
        said = {**CLEARED, **plain(given)}
        self.rows[id] = Row(said, at, at, at if said["completed"] else None)
        self.journal.append(("create", id, 1))

    def edit(self, id: UUID, given: Mapping[str, object], at: datetime) -> None:
        """Take note of a change, if it is one."""
        row = self.rows[id]
        said = {**row.said, **plain(given)}
        changed = {name for name in said if said[name] != row.said[name]}
        if not changed:
            return
        row.updated_at = max(at, row.updated_at + timedelta(microseconds=1))
        if "completed" in changed:
            row.completed_at = row.updated_at if said["completed"] else None
        row.said = said
        row.version += 1
        done = "complete" if said["completed"] else "reopen"
        self.journal.append((done if changed == {"completed"} else "edit", id, row.version))

    def delete(self, id: UUID) -> None:
        """Take note of a deletion."""
        self.journal.append(("delete", id, self.rows.pop(id).version + 1))


def plain(given: Mapping[str, object]) -> Said:
    """What is said with null in place of nothing, as it is shown."""
    return {name: CLEARED[name] if value is None else value for name, value in given.items()}
