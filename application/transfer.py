"""Taking one owner's tasks out and in: whoever may run this may do it, so nobody is asked."""

from asyncio import shield
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

from application.ports import Clock, NewId, Tasks
from application.records import Draft, Drafter, Records
from domain.change import Change
from domain.errors import FieldError, InvalidFields, TooManyTasks
from domain.listing import Listing, Order, SortKey, mark_of
from domain.owner import Owner
from domain.task import Task

MOST_TOLD = 100

_IMPORTED_AT_ONCE = 100
_EXPORTED_AT_ONCE = 500
_OLDEST_FIRST = (Order(SortKey.CREATED_AT),)

Counted = Callable[[int], None]
"""Is told now and then how many records are done."""


async def every_task(tasks: Tasks, owner: Owner) -> AsyncIterator[Sequence[Task]]:
    """All tasks of an owner in batches, oldest first."""
    listing = Listing(_EXPORTED_AT_ONCE, orders=_OLDEST_FIRST)
    while True:
        # A reader who goes away must not break off what storage is doing.
        page = await shield(tasks.page(owner, listing))
        if page.tasks:
            yield page.tasks
        if not page.more:
            return
        listing = replace(listing, after=mark_of(page.tasks[-1], listing.orders))


@dataclass(frozen=True, slots=True)
class ExportTasks:
    """Hand out an owner's tasks in batches, oldest first."""

    tasks: Tasks

    def __call__(self, owner: Owner) -> AsyncIterator[Sequence[Task]]:
        return every_task(self.tasks, owner)


@dataclass(frozen=True, slots=True)
class Imported:
    """How many records became tasks, are tasks of the owner's already, and lie in their trash."""

    new: int = 0
    present: int = 0
    trashed: int = 0

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(
            self.new + other.new, self.present + other.present, self.trashed + other.trashed
        )

    @property
    def total(self) -> int:
        """How many records there were."""
        return self.new + self.present + self.trashed


class RecordsRefused(Exception):
    """Holds, with their places, the first `MOST_TOLD` errors of records, and how many there are."""

    def __init__(self, errors: Sequence[tuple[int, FieldError]], count: int) -> None:
        self.errors = errors
        self.count = count
        super().__init__(f"{count} members of records are not valid")


@dataclass(frozen=True, slots=True)
class ImportTasks:
    """Make tasks of the owner's from records, but for those that they have or have deleted.

    All records are read twice: nothing is written unless all are good and there is room for them.
    Up to 100 tasks are stored in one step, and `stored` is told what was done so far, so an import
    that was cut short can be made again.
    Raises `RecordsRefused`, `TooManyTasks`, and what `records` raises. With `dry_run` nothing is
    written in any case.
    """

    tasks: Tasks
    now: Clock
    new_id: NewId
    most: int | None = None

    async def __call__(
        self,
        owner: Owner,
        records: Records,
        *,
        dry_run: bool = False,
        checked: Counted = lambda _: None,
        stored: Callable[[Imported], None] = lambda _: None,
    ) -> Imported:
        drafter = Drafter(owner, self.new_id, self.now())
        expected = await self._check(drafter, records, checked)
        if dry_run:
            return expected
        done = Imported()
        for batch in _batches(drafter.draft(record) for record in records()):
            done += await self._store(owner, batch)
            stored(done)
        return done

    async def _check(self, drafter: Drafter, records: Records, checked: Counted) -> Imported:
        """What storing the records would do. Raises `RecordsRefused` and `TooManyTasks`."""
        reading, expected = _Reading(drafter), Imported()
        for batch in _batches(reading.drafts(records)):
            ids = [draft.id for draft in batch]
            found = await self.tasks.some(drafter.owner, ids, trashed=True)
            expected += _outcome(batch, found)
            checked(expected.total)
        if reading.count:
            raise RecordsRefused(reading.errors, reading.count)
        if self.most is not None and expected.new:
            listing = Listing(1, count=True)
            present = (await self.tasks.page(drafter.owner, listing)).total or 0
            if present + expected.new > self.most:
                raise TooManyTasks
        return expected

    async def _store(self, owner: Owner, batch: Sequence[Draft]) -> Imported:
        """Make tasks of those drafts that are none yet, in one step."""
        at, there = self.now(), dict[UUID, Task]()

        def plan(found: Mapping[UUID, Task]) -> Sequence[Change]:
            there.clear()
            there.update(found)
            new = [draft for draft in batch if draft.id not in found]
            return [change for draft in new for change in draft.changes(owner, at=at)]

        ids = [draft.id for draft in batch]
        await self.tasks.apply(owner, ids, plan, most=self.most, trashed=True)
        return _outcome(batch, there)


class _Reading:
    """The first reading of a file, which collects what is wrong with it."""

    def __init__(self, drafter: Drafter) -> None:
        self._drafter = drafter
        self._places: dict[str, int] = {}
        self.errors: list[tuple[int, FieldError]] = []
        self.count = 0

    def drafts(self, records: Records) -> Iterator[Draft]:
        """Those that can be made."""
        for record in records():
            try:
                draft = self._drafter.draft(record)
                self._refuse_repeated(draft, record.place)
            except InvalidFields as bad:
                room = MOST_TOLD - len(self.errors)
                self.errors += [(record.place, error) for error in bad.errors[:room]]
                self.count += len(bad.errors)
            else:
                yield draft

    def _refuse_repeated(self, draft: Draft, place: int) -> None:
        if draft.said is None:
            return
        for id in {draft.said, str(draft.id)}:
            first = self._places.setdefault(id, place)
            if first != place:
                raise InvalidFields(
                    [FieldError(("id",), f"must not come twice, as at {first} before")]
                )


def _outcome(batch: Sequence[Draft], found: Mapping[UUID, Task]) -> Imported:
    trashed = sum(task.deleted for task in found.values())
    return Imported(len(batch) - len(found), len(found) - trashed, trashed)


def _batches(drafts: Iterable[Draft]) -> Iterator[Sequence[Draft]]:
    rest = iter(drafts)
    while batch := [*islice(rest, _IMPORTED_AT_ONCE)]:
        yield batch
