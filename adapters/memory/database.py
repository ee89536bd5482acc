"""What the memory adapters share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from application.errors import KeyTaken
from application.ports import Receipt, Storage
from domain.account import Account
from domain.change import Change, Entry
from domain.errors import TooManyTasks
from domain.owner import Owner
from domain.session import Session
from domain.tally import Tally
from domain.task import Task


@dataclass(slots=True)
class Shelf:
    """One owner's tasks, the trashed ones too, and journal, which is kept from `horizon` on."""

    tasks: dict[UUID, Task] = field(default_factory=dict)
    journal: dict[int, Entry] = field(default_factory=dict)
    position: int = 0
    horizon: int = 0
    last_entry: dict[UUID, int] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)

    def apply(
        self, changes: Sequence[Change], receipt: Receipt | None, *, most: int | None = None
    ) -> None:
        """Store changes, or none, and a receipt: atomic, since nothing in it awaits.

        Raises `TooManyTasks` and `KeyTaken`, and has done nothing then.
        """
        gain = sum(change.gain for change in changes)
        present = sum(not task.deleted for task in self.tasks.values()) if most is not None else 0
        if most is not None and gain > 0 and present + gain > most:
            raise TooManyTasks
        if receipt is not None:
            self._keep(receipt)
        for change in changes:
            self._append(change)

    def erase(self, id: UUID) -> None:
        """Throw a task and its history away; of its last entry the empty shell remains."""
        last = self.journal.get(self.last_entry.pop(id))
        del self.tasks[id]
        for position in [p for p, entry in self.journal.items() if entry.task_id == id]:
            del self.journal[position]
        if last is not None:
            self.journal[last.position] = replace(last, previous=None, changed={})

    def _keep(self, receipt: Receipt) -> None:
        old = self.receipts.get(receipt.key)
        if old is not None and old.expires_at > receipt.made_at:
            raise KeyTaken
        self.receipts[receipt.key] = receipt

    def _append(self, change: Change) -> None:
        task = change.after
        self.position += 1
        self.tasks[task.id] = task
        self.journal[self.position] = Entry(
            position=self.position,
            previous=self.last_entry.get(task.id),
            task_id=task.id,
            version=task.version,
            action=change.action,
            at=change.at,
            by=change.by,
            changed=change.changed,
        )
        self.last_entry[task.id] = self.position


class MemoryDatabase(Storage):
    """Every owner's shelf, and the accounts. What it hands out are values, which nobody can change.

    `erased` says when each account was erased that is not yet forgotten.
    """

    def __init__(self) -> None:
        self._shelves: dict[Owner, Shelf] = {}
        self.accounts: dict[Owner, Account] = {}
        self.erased: dict[Owner, datetime] = {}
        self.sessions: dict[tuple[Owner, UUID], Session] = {}
        self.tallies: dict[str, Tally] = {}

    def shelf(self, owner: Owner) -> Shelf:
        """The owner's shelf; a new owner's is empty."""
        return self._shelves.get(owner) or Shelf()

    def shelf_to_write(self, owner: Owner) -> Shelf:
        """The owner's shelf, kept from now on."""
        return self._shelves.setdefault(owner, Shelf())

    def shelves(self) -> Mapping[Owner, Shelf]:
        """Every owner's shelf."""
        return self._shelves

    def erase(self, owner: Owner) -> int:
        """Throw the owner's shelf away; returns how many shelves that were."""
        return int(self._shelves.pop(owner, None) is not None)

    async def open(self) -> None:
        """Nothing to make ready."""

    async def close(self) -> None:
        """Nothing to give back; a database opened again still holds what it held."""

    async def check(self) -> None:
        """Memory always answers."""
