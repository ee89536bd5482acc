"""An account of our own: who somebody is to us, and how they prove it (contract §7)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from domain.credentials import Email
from domain.owner import OWN, Owner
from domain.reading import at_most, read_text

MAX_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who registered here. Every verb returns the account as it is next.

    `password_hash` is what the hasher made of the password; it says itself how.
    """

    id: UUID
    email: Email
    name: str | None = None
    password_hash: str = field(repr=False)
    created_at: datetime
    disabled_at: datetime | None = None
    version: int = 1

    @property
    def owner(self) -> Owner:
        """Whose tasks are this account's."""
        return Owner(str(self.id), OWN)

    @property
    def disabled(self) -> bool:
        """Whether nobody can log in with it."""
        return self.disabled_at is not None

    def rename(self, name: str | None) -> Self:
        """Give it another name, or none."""
        return self._next(replace(self, name=name))

    def change_password(self, password_hash: str) -> Self:
        """Replace the password."""
        return self._next(replace(self, password_hash=password_hash))

    def disable(self, *, at: datetime) -> Self:
        """Let nobody log in with it; one that is disabled stays so since then."""
        return self if self.disabled else self._next(replace(self, disabled_at=at))

    def enable(self) -> Self:
        """Let its owner log in again."""
        return self._next(replace(self, disabled_at=None))

    def _next(self, changed: Self) -> Self:
        return self if changed == self else replace(changed, version=self.version + 1)


def read_name(value: object) -> str | None:
    """A name to show; blank is none. Raises `ValueError`."""
    if value is None:
        return None
    return at_most(MAX_NAME, read_text(value).strip()) or None
