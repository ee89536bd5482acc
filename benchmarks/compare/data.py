"""The tasks that every system holds, the same in every run but for the day they were made on.

The ordinary owners come first, and one with many tasks last. Tasks are numbered from 0 in the order
of their creation, in which the ordinary owners take turns.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from domain.due import Due
from domain.fields import Priority
from domain.owner import Owner
from domain.task import Task

BASE = datetime.combine(datetime.now(UTC) - timedelta(days=1), time(), UTC)
"""When the first task was made; each further one a millisecond later. The journal of tasks that are
much older would be dropped while it is read.
"""

_PRIORITIES = tuple(Priority)


@dataclass(frozen=True, slots=True)
class DataSet:
    """So many ordinary `owners` with so many `tasks` each, and one with `large` tasks."""

    owners: int
    tasks: int
    large: int

    def __len__(self) -> int:
        return self.owners * self.tasks + self.large

    def sizes(self) -> Iterator[tuple[int, int]]:
        """Each owner's number, and how many tasks they have."""
        yield from ((number, self.tasks) for number in range(self.owners))
        yield self.owners, self.large

    def serial(self, owner: int, place: int) -> int:
        """The number of an owner's task; their first has place 0."""
        if owner == self.owners:
            return self.owners * self.tasks + place
        return place * self.owners + owner

    def of_owners(self) -> Iterator[tuple[Owner, Iterator[tuple[int, Task]]]]:
        """Each owner with their tasks, oldest first, each with its number."""
        for number, size in self.sizes():
            owner = owner_of(number)
            serials = [self.serial(number, place) for place in range(size)]
            yield owner, ((serial, task_of(owner, serial)) for serial in serials)


def owner_of(number: int) -> Owner:
    """The owner of that number."""
    return Owner(f"owner-{number}")


def id_of(serial: int) -> UUID:
    """The task's id, as the service makes them: from the instant of creation."""
    milliseconds = int(BASE.timestamp() * 1000) + serial
    return UUID(hex=f"{milliseconds:012x}70008000{serial:012x}")


def task_of(owner: Owner, serial: int) -> Task:
    """The task of that number."""
    at = BASE + timedelta(milliseconds=serial)
    return Task(
        owner=owner,
        id=id_of(serial),
        title=f"Task {serial}",
        description="two litres, from the shop round the corner" if serial % 2 else None,
        priority=_PRIORITIES[serial % len(_PRIORITIES)],
        due_date=Due(day=date(2026, 12, 1) + timedelta(serial % 300)) if serial % 3 == 0 else None,
        tags=("home",) if serial % 4 else ("home", "errands"),
        completed_at=at if serial % 4 == 0 else None,
        created_at=at,
        updated_at=at,
    )
