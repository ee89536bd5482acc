"""Owners who hold so many tasks, with a journal that is so long, on their way into a database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from uuid import UUID

from benchmarks.bulk import Journals, Store, put_journals
from benchmarks.compare.data import BASE, id_of, task_of
from domain.change import Change
from domain.due import Due
from domain.owner import Actor, Owner
from domain.task import Task

_TOGETHER = 1000  # owners, whose tasks are in memory at the same time
_SPREAD = 80_000  # seconds, less than a day: nothing is from later than now


@dataclass(frozen=True, slots=True)
class Holding:
    """An owner's `tasks`, with at least as many journal `entries`."""

    owner: Owner
    tasks: int
    entries: int

    @property
    def actor(self) -> Actor:
        """The owner, asking."""
        return Actor(self.owner)

    def task_id(self, number: int) -> UUID:
        """The id of one of the tasks, another one for another number."""
        return id_of(number * 7919 % self.tasks)

    def present(self) -> Sequence[Task]:
        """The tasks as they were made."""
        return [_task(self.owner, serial) for serial in range(self.tasks)]

    def changes(self) -> Iterator[Change]:
        """All are made first, then completed and opened again in turns."""
        tasks = []
        for serial in range(self.tasks):
            tasks.append(_task(self.owner, serial))
            yield Change(None, tasks[-1], self.owner)
        for position in range(self.tasks, self.entries):
            before = tasks[position % self.tasks]
            after = before.toggle(at=before.updated_at)
            tasks[position % self.tasks] = after
            yield Change(before, after, self.owner)


def fill(store: Store, holdings: Sequence[Holding], label: str) -> None:
    """Put all of it into migrated tables, telling how far one has come."""
    left = iter(holdings)
    done, of = 0, sum(holding.entries for holding in holdings)
    while some := list(islice(left, _TOGETHER)):
        put_journals(store, _journals(some))
        done += sum(holding.entries for holding in some)
        print(f"\r{label}: {done:,} of {of:,} entries", end="", flush=True)
    print()


def _journals(holdings: Sequence[Holding]) -> Journals:
    for holding in holdings:
        yield holding.owner, holding.changes()


def _task(owner: Owner, serial: int) -> Task:
    """Of three, one is due on a day, one at an instant and one never; changed in another order."""
    scattered = serial * 7919 % _SPREAD
    dues = (
        Due(day=BASE.date() + timedelta(scattered % 700)),
        Due(instant=BASE + timedelta(hours=scattered)),
        None,
    )
    task = task_of(owner, serial)
    updated_at = task.created_at + timedelta(seconds=scattered)
    return replace(task, due_date=dues[serial % 3], updated_at=updated_at)
