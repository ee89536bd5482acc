"""Whose tasks, and who asks."""

import re
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from domain.errors import InvalidOwner, NotOwner

OWN = "own"
"""The realm of our own accounts, which no issuer's name can be."""

_SUBJECT = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._|@:-]{1,255}")
_REALM = re.compile(r"[A-Za-z0-9._-]{0,64}")


@dataclass(frozen=True, slots=True)
class Owner:
    """A subject within a realm: equal subjects of two issuers are two owners (contract §8).

    `subject` is a token's `sub`. `realm` is the issuer's name, empty for the first one, `OWN` for
    our own accounts.
    Raises `InvalidOwner` for a subject or realm of another form.
    """

    subject: str
    realm: str = ""

    def __post_init__(self) -> None:
        if not _SUBJECT.fullmatch(self.subject) or not _REALM.fullmatch(self.realm):
            raise InvalidOwner

    @property
    def key(self) -> str:
        """The owner as one string, unique among all; `/` cannot occur in a subject."""
        return f"{self.realm}/{self.subject}" if self.realm else self.subject

    @classmethod
    def from_key(cls, key: str) -> Self:
        """The owner whose `key` this is; raises `InvalidOwner` if nobody's can be."""
        realm, _, subject = key.rpartition("/")
        return cls(subject, realm)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: the owner that a verified token speaks for.

    A token of an account of ours belongs to a `session` too.
    """

    owner: Owner
    session: UUID | None = None

    def must_act_for(self, owner: Owner) -> None:
        """The ownership rule: everyone acts for themselves alone. Raises `NotOwner`."""
        if owner != self.owner:
            raise NotOwner

    def owner_named(self, user_id: str) -> Owner:
        """The owner a caller names by subject; compared code point by code point.

        Raises `NotOwner`, the same whether or not that user exists.
        """
        if user_id != self.owner.subject:
            raise NotOwner
        return self.owner
