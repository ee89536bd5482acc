"""What the application needs of the outside, each port a promise that every adapter keeps.

Those about who somebody is stand in `identity.py`.

One suite per port in `tests/contract` holds every adapter to it.
"""

from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.change import Change, Entry
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
class Changes:
    """What changed after a position: tasks as they are now, and ids of those that are gone.

    Oldest change first, each at the position of its last one. A task in the trash counts as gone.
    `position` is the owner's position at that moment; `horizon` the last one up to which the
    journal is not kept, or came from a backup, so that changes up to it cannot be told.
    """

    items: Sequence[tuple[int, Task | UUID]]
    more: bool
    position: int
    horizon: int


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
        most: int | None = None,
        trashed: bool = False,
        reverts: bool = False,
    ) -> Task:
        """Store what `change` makes of the owner's present task, and return that.

        `trashed` says that a task in the trash will do as well, `reverts` that the change brings
        an earlier version back.

        `change` is pure and may be called again when another writer came first; what it raises
        passes through and nothing is written. Where it returns the task itself, nothing is written
        either, but the receipt. No update is lost: the task stored follows from the very one it
        replaces. `receipt`, pure too, is called with the task to be returned.

        Raises `TaskNotFound`; `VersionMismatch` if `versions` does not hold the present version;
        `TooManyTasks` as `add` does; `Busy` if the race was lost for 2 s.
        """

    @abstractmethod
    async def apply(
        self,
        owner: Owner,
        ids: Collection[UUID],
        plan: Callable[[Mapping[UUID, Task]], Sequence[Change]],
        *,
        most: int | None = None,
        receipt: Callable[[Sequence[Change]], Receipt] | None = None,
        trashed: bool = False,
    ) -> Sequence[Change]:
        """Store the changes that `plan` makes of those of the owner's present tasks, and return
        them: all of them in one step, in their order, or none.

        `trashed` says that those in the trash are wanted too. `plan` is pure and may be called
        again, as `change` of `update` is. Changes of one task follow from each other. Raises
        `TooManyTasks` as `add` does, and `Busy`.
        """

    @abstractmethod
    async def some(
        self, owner: Owner, ids: Collection[UUID], *, trashed: bool = False
    ) -> Mapping[UUID, Task]:
        """Those of the owner's present tasks, and of those in the trash if `trashed`."""


Written = Callable[[Owner], None]
"""Is told of whose journal an implementation of `Tasks` has just written an entry to."""


def nobody(_: Owner) -> None:
    """Tells nobody."""


class Trash(Protocol):
    """Every owner's trash: tasks that were deleted and can be restored.

    Every method may raise `Unavailable` and `CorruptRecord`.
    """

    @abstractmethod
    async def page(
        self, owner: Owner, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> tuple[Sequence[Task], bool]:
        """The first `limit` tasks of the owner's trash, newest deletion first, and whether more
        follow. `after` is where a page ended: the last task's `deleted_at` and id.
        """

    @abstractmethod
    async def erase(self, owner: Owner, id: UUID) -> bool:
        """Erase a task of the owner's trash and its history; returns whether it was there.

        That it was deleted remains in the journal, without content.
        """

    @abstractmethod
    async def old(self, *, before: datetime, limit: int) -> Sequence[tuple[Owner, UUID]]:
        """At most `limit` tasks, of any owner, that were deleted before that instant."""


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
    Entries are dropped from the oldest on, and those of a task that is erased, but for its last.
    Every method may raise `Unavailable` and `CorruptRecord`.
    """

    @abstractmethod
    async def position(self, owner: Owner) -> int:
        """The position of the owner's last entry; 0 before the first."""

    @abstractmethod
    async def positions(self, owners: Collection[Owner]) -> Mapping[Owner, int]:
        """The positions of those owners who have an entry."""

    @abstractmethod
    async def entries(self, owner: Owner, *, after: int, limit: int) -> Sequence[Entry]:
        """The owner's first `limit` entries above position `after`, in order."""

    @abstractmethod
    async def changes(self, owner: Owner, *, after: int, limit: int) -> Changes:
        """What changed after a position, at most `limit` tasks, all as of the same moment."""

    @abstractmethod
    async def history(
        self, owner: Owner, id: UUID, *, before: int | None, limit: int
    ) -> Sequence[Entry]:
        """The newest `limit` entries of the owner's present task, newest first.

        `before` is the `previous` of an entry of the same task, to go on from there. Entries that
        are no longer kept are left out. Raises `TaskNotFound`.
        """

    @abstractmethod
    async def oldest(
        self, *, after: Owner | None, limit: int
    ) -> Sequence[tuple[Owner, datetime | None]]:
        """The first `limit` owners that follow one, in the order of their keys, each with the
        instant of the oldest entry that is kept of theirs.
        """

    @abstractmethod
    async def trim(self, owner: Owner, *, before: datetime, limit: int) -> int:
        """Drop the owner's first entries, at most `limit`, as long as they are from before that
        instant, and move the horizon there; returns how many.
        """


class Lasting(Protocol):
    """What is opened before use and closed after it."""

    @abstractmethod
    async def open(self) -> None:
        """Make ready for use; does not wait for anything that is away."""

    @abstractmethod
    async def close(self) -> None:
        """Give back every connection, file, thread and task. Without effect on one not open."""


class Notices(Protocol):
    """Tells the other processes that serve the same storage that an owner's journal has grown.

    A hint that may get lost or come twice: the journal says what happened. Owners go by a digest.
    """

    @abstractmethod
    async def open(self, heard: Callable[[str | None], None]) -> None:
        """Begin to listen. `heard` is called with an owner's digest, or with none where it is
        not known whose journal has grown."""

    @abstractmethod
    async def close(self) -> None:
        """Stop listening. Without effect where nobody listens."""

    @abstractmethod
    def announce(self, digest: str) -> None:
        """Tell the others, soon; never waits and never fails."""


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
