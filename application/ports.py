"""What the application needs of the outside, each port a promise that every adapter keeps.

Those about who somebody is stand in `identity.py`.

One suite per port in `tests/contract` holds every adapter to it.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.change import Entry
from domain.listing import Listing
from domain.owner import Owner
from domain.task import Task


@dataclass(frozen=True, slots=True)
class Page:
    """Tasks in the listing's order; whether more follow; and the owner's journal position.

    `position` is that of the same moment as the tasks: whatever was written later has a higher one.
    `total` is the number of tasks that the listing selects, if it asks for it.
    """

    tasks: Sequence[Task]
    more: bool
    position: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to an accepted write, kept under a key of its owner's so that a retry gets it.

    `digest` is that of what was asked. `answer` means nothing to storage.
    """

    key: str
    digest: str
    answer: str
    made_at: datetime
    expires_at: datetime


class Tasks(Protocol):
    """Every owner's tasks. No method can reach a task without being told whose it is.

    Every write is one step: the task, the owner's next journal position and the journal's entry are
    all stored, or nothing is. When a method returns, its write survives a kill of the process.
    A task in the trash is not found. Ids are UUIDv7 made from `created_at`, so that the order of
    ids is the order of creation.

    A receipt is stored in the same step. Where its key holds one already that has not expired, the
    write raises `KeyTaken` and does nothing.

    Every method may raise `Unavailable` and `CorruptRecord`.
    """

    @abstractmethod
    async def get(self, owner: Owner, id: UUID) -> Task:
        """The owner's task. Raises `TaskNotFound`."""

    @abstractmethod
    async def page(self, owner: Owner, listing: Listing) -> Page:
        """The owner's tasks that the listing selects, in its order.

        Costs the same at any depth if sorted by `created_at`, `updated_at` or `due_date` alone.
        While tasks come and go, following `after` to the end neither skips nor repeats one that
        stayed.
        """

    @abstractmethod
    async def add(
        self, task: Task, *, by: Owner, most: int | None = None, receipt: Receipt | None = None
    ) -> None:
        """Store a new task, which is in version 1.

        Raises `TooManyTasks` if the owner has `most` already, those in the trash left out.
        """

    @abstractmethod
    async def update(
        self,
        owner: Owner,
        id: UUID,
        change: Callable[[Task], Task],
        *,
        by: Owner,
        versions: frozenset[int] | None = None,
        receipt: Callable[[Task], Receipt] | None = None,
    ) -> Task:
        """Store what `change` makes of the owner's present task, and return that.

        `change` is pure and may be called again when another writer came first; what it raises
        passes through and nothing is written. Where it returns the task itself, nothing is written
        either, but the receipt. No update is lost: the task stored follows from the very one it
        replaces. `receipt`, pure too, is called with the task to be returned.

        Raises `TaskNotFound`; `VersionMismatch` if `versions` does not hold the present version;
        `Busy` if the race was lost for 2 s.
        """


class Receipts(Protocol):
    """Every owner's receipts, which `Tasks` stores with its writes.

    Every method may raise `Unavailable`.
    """

    @abstractmethod
    async def find(self, owner: Owner, key: str, *, at: datetime) -> Receipt | None:
        """The owner's receipt under that key, unless it has expired `at` that instant."""

    @abstractmethod
    async def sweep(self, *, at: datetime, limit: int) -> int:
        """Forget at most `limit` receipts, of any owner, that have expired; returns how many."""


class Journal(Protocol):
    """Every owner's accepted writes, one entry each, numbered from 1 without gaps.

    The numbers are in commit order: whoever has seen position n never finds a new entry below it.
    Every method may raise `Unavailable` and `CorruptRecord`.
    """

    @abstractmethod
    async def position(self, owner: Owner) -> int:
        """The position of the owner's last entry; 0 before the first."""

    @abstractmethod
    async def entries(self, owner: Owner, *, after: int, limit: int) -> Sequence[Entry]:
        """The owner's first `limit` entries above position `after`, in order."""


class Lasting(Protocol):
    """What is opened before use and closed after it."""

    @abstractmethod
    async def open(self) -> None:
        """Make ready for use; does not wait for anything that is away."""

    @abstractmethod
    async def close(self) -> None:
        """Give back every connection, file, thread and task. Without effect on one not open."""


class Storage(Lasting, Protocol):
    """The life cycle of what keeps tasks, journal and accounts."""

    @abstractmethod
    async def check(self) -> None:
        """Return if storage answers and has this code's schema, else raise `Unavailable`."""


class Clock(Protocol):
    """Tells the time."""

    @abstractmethod
    def __call__(self) -> datetime:
        """Now, in UTC."""


class NewId(Protocol):
    """Makes the ids of whatever is new."""

    @abstractmethod
    def __call__(self, at: datetime) -> UUID:
        """A fresh UUIDv7 whose order among ids is that of `at`, to the microsecond."""
