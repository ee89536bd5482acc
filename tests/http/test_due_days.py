"""`due=today|overdue` (contract §3): days as they are lived in a time zone, across DST changes."""

import pytest

from tests.http.clock import Clock, living_by
from tests.http.lists import titles

# The days on which Berlin's clocks change have 23 and 25 hours.
SPRING = [
    ("28th", "2026-03-28"),
    ("29th", "2026-03-29"),
    ("30th", "2026-03-30"),
    ("28T22:59", "2026-03-28T22:59:59.999999Z"),
    ("28T23:00", "2026-03-28T23:00:00Z"),
    ("29T21:59", "2026-03-29T21:59:59.999999Z"),
    ("29T22:00", "2026-03-29T22:00:00Z"),
]
AUTUMN = [
    ("25th", "2026-10-25"),
    ("26th", "2026-10-26"),
    ("24T21:59", "2026-10-24T21:59:59.999999Z"),
    ("24T22:00", "2026-10-24T22:00:00Z"),
    ("25T22:59", "2026-10-25T22:59:59.999999Z"),
    ("25T23:00", "2026-10-25T23:00:00Z"),
]
SKIPPED = [  # Beirut's clocks skip midnight: the 29th begins at 22:00 UTC, which reads 01:00
    ("29th", "2026-03-29"),
    ("28T21:59", "2026-03-28T21:59:59.999999Z"),
    ("28T22:00", "2026-03-28T22:00:00Z"),
]
BERLIN, BEIRUT = "Europe/Berlin", "Asia/Beirut"


async def due(when: str, now: str, tz: str | None, tasks: list[tuple[str, str]]) -> set[str]:
    """The titles of those tasks that are due then."""
    async with living_by(Clock(f"{now}+00:00")) as alice:
        for title, date in tasks:
            await alice.create(title, due_date=date)
        await alice.create("never")
        asked = {"due": when} if tz is None else {"due": when, "tz": tz}
        return set(await titles(alice, **asked))


@pytest.mark.parametrize(
    ("now", "tz", "tasks", "expected"),
    [
        ("2026-03-28T23:30", BERLIN, SPRING, "29th 28T23:00 29T21:59"),
        ("2026-03-29T21:59", BERLIN, SPRING, "29th 28T23:00 29T21:59"),
        ("2026-03-29T22:00", BERLIN, SPRING, "30th 29T22:00"),
        ("2026-03-28T23:30", None, SPRING, "28th 28T22:59 28T23:00"),
        ("2026-10-25T22:30", BERLIN, AUTUMN, "25th 24T22:00 25T22:59"),
        ("2026-10-25T23:00", BERLIN, AUTUMN, "26th 25T23:00"),
        ("2026-03-28T22:00", BEIRUT, SKIPPED, "29th 28T22:00"),
        ("2026-03-28T21:59", BEIRUT, SKIPPED, "28T21:59"),
        ("2026-03-29T09:59", "Pacific/Kiritimati", SPRING, "29th 28T22:59 28T23:00"),
        ("2026-03-29T10:00", "Pacific/Kiritimati", SPRING, "30th 29T21:59 29T22:00"),
    ],
)
async def test_today_is_from_midnight_to_midnight_however_long_that_is(
    now: str, tz: str | None, tasks: list[tuple[str, str]], expected: str
) -> None:
    assert await due("today", now, tz, tasks) == set(expected.split())


@pytest.mark.parametrize(
    ("now", "tz", "tasks", "expected"),
    [
        ("2026-03-29T21:59", BERLIN, SPRING, "28th 28T22:59 28T23:00"),
        ("2026-03-29T22:00", BERLIN, SPRING, "28th 29th 28T22:59 28T23:00 29T21:59"),
        (
            *("2026-03-29T22:00:00.000001", BERLIN, SPRING),
            "28th 29th 28T22:59 28T23:00 29T21:59 29T22:00",
        ),
        ("2026-03-29T22:30", None, SPRING, "28th 28T22:59 28T23:00 29T21:59 29T22:00"),
        ("2026-10-25T22:59:59", BERLIN, AUTUMN, "24T21:59 24T22:00"),
        ("2026-10-25T23:00", BERLIN, AUTUMN, "25th 24T21:59 24T22:00 25T22:59"),
        ("2026-03-28T21:59", BEIRUT, SKIPPED, ""),
    ],
)
async def test_a_day_is_overdue_once_it_is_over_and_an_instant_once_it_is_past(
    now: str, tz: str | None, tasks: list[tuple[str, str]], expected: str
) -> None:
    assert await due("overdue", now, tz, tasks) == set(expected.split())


async def test_what_is_done_is_not_overdue_but_may_be_due_today() -> None:
    async with living_by(Clock("2026-03-29T12:00:00+00:00")) as alice:
        await alice.create("late", due_date="2026-03-28")
        await alice.create("done late", due_date="2026-03-28", completed=True)
        await alice.create("done", due_date="2026-03-29", completed=True)

        assert await titles(alice, due="overdue") == ["late"]
        assert await titles(alice, due="overdue", completed="true") == []
        assert await titles(alice, due="today") == ["done"]


async def test_time_alone_makes_a_task_overdue() -> None:
    clock = Clock("2026-03-29T21:59:59+00:00")
    async with living_by(clock) as alice:
        await alice.create("day", due_date="2026-03-29")

        before = await titles(alice, due="overdue", tz=BERLIN)
        clock.at = Clock("2026-03-29T22:00:00+00:00").at
        after = await titles(alice, due="overdue", tz=BERLIN)

    assert (before, after) == ([], ["day"])
