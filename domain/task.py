"""The task: what holds of it always, and what can be done to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from domain.due import Due
from domain.fields import Fields, Priority
from domain.instant import following
from domain.owner import Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One owner's task, in one version. Every verb returns the task as it is next.

    A verb that changes nothing returns the task itself. One that does adds 1 to `version` and
    makes `updated_at` grow, even where the clock (`at`, aware) stood still or went back.
    """

    owner: Owner
    id: UUID
    title: str
    description: str | None = None
    priority: Priority = Priority.NONE
    due_date: Due | None = None
    tags: tuple[str, ...] = ()
    completed_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 1
    deleted_at: datetime | None = None

    @classmethod
    def create(
        cls,
        *,
        owner: Owner,
        id: UUID,
        fields: Fields,
        at: datetime,
        created_at: datetime | None = None,
    ) -> Self:
        """A new task in version 1; `fields` holds at least a title.

        One that was made elsewhere, and comes here `at`, keeps its `created_at`.
        """
        return cls(
            owner=owner,
            id=id,
            title=fields["title"],
            description=fields.get("description"),
            priority=fields.get("priority", Priority.NONE),
            due_date=fields.get("due_date"),
            tags=fields.get("tags", ()),
            completed_at=at if fields.get("completed") else None,
            created_at=created_at or at,
            updated_at=at,
        )

    @property
    def completed(self) -> bool:
        """Whether it is done."""
        return self.completed_at is not None

    @property
    def deleted(self) -> bool:
        """Whether it lies in the trash."""
        return self.deleted_at is not None

    def edit(self, fields: Fields, *, at: datetime) -> Self:
        """Take over the fields given, keep the others (RFC 7396)."""
        at = following(self.updated_at, at)
        changes: dict[str, Any] = {**fields}
        if "completed" in changes:
            completed = changes.pop("completed")
            changes["completed_at"] = (self.completed_at or at) if completed else None
        return self._next(at, changes)

    def complete(self, *, at: datetime, completed_at: datetime | None = None) -> Self:
        """Make it done; one that is keeps the instant at which it became so.

        One that became so elsewhere keeps that `completed_at`.
        """
        done = self.edit({"completed": True}, at=at)
        if self.completed or completed_at is None:
            return done
        return replace(done, completed_at=completed_at)

    def reopen(self, *, at: datetime) -> Self:
        """Make it not done."""
        return self.edit({"completed": False}, at=at)

    def toggle(self, *, at: datetime) -> Self:
        """Make it done if it is not, and not done if it is."""
        return self.reopen(at=at) if self.completed else self.complete(at=at)

    def trash(self, *, at: datetime) -> Self:
        """Put it into the trash."""
        if self.deleted:
            return self
        at = following(self.updated_at, at)
        return self._next(at, {"deleted_at": at})

    def restore(self, *, at: datetime) -> Self:
        """Take it out of the trash."""
        return self._next(following(self.updated_at, at), {"deleted_at": None})

    def _next(self, at: datetime, changes: Mapping[str, Any]) -> Self:
        if all(getattr(self, name) == value for name, value in changes.items()):
            return self
        return replace(self, **changes, version=self.version + 1, updated_at=at)
