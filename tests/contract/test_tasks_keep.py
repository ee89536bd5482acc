"""`Tasks` gives back what it was given: every field, at its bounds, on every adapter."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from application.ports import Tasks
from domain.fields import Fields
from domain.owner import Owner
from domain.task import Task
from tests.builders import a_task, edit, later, newest_first, toggle, trash
from tests.strategies import fields

TEXTS = {
    "one code point": "x",
    "an astral one": "😀",
    "astral ones": "😀" * 500,
    "combining marks": "e\u0301" * 250,
    "composed, which is another text": "\u00e9" * 500,
    "right to left": "שלום \u202b\u200f عالم\u202c",
    "line separators": "a\u2028b\u2029c",
    "noncharacters": "\ufdd0\ufffe\uffff\U0001ffff\U0010ffff",
    "invisible ones": "\u200b\ufeff\u2060\u200d",
    "tab, LF and CR": "a\tb\nc\r\nd",
    "quotes and backslashes": "'; DROP TABLE tasks; --\\ \\u0000 \" \\",
    "placeholders": "%s %(owner)s %% :title ? $1 {0} ${x}",
    "what JSON would be": '{"title": null}',
}


async def kept(tasks: Tasks, task: Task) -> None:
    """The task comes back the same, whichever way it is asked for."""
    assert await tasks.get(task.owner, task.id) == task
    assert list((await tasks.page(task.owner, newest_first(1))).tasks) == [task]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
async def test_text_comes_back_exactly_as_it_went_in(tasks: Tasks, text: str) -> None:
    task = a_task(title=text, description=text, tags=[text[:50]])

    await tasks.add(task, by=task.owner)

    await kept(tasks, task)


@pytest.mark.parametrize(
    "given",
    [
        {"title": "x" * 500, "description": "😀" * 16_384},
        {"description": ""},
        {"tags": [f"{n:02}" + "\U0010ffff" * 48 for n in range(20)]},
        {"tags": ["b", "a", "B", "A", "é", "e\u0301"]},
        {"due_date": "1970-01-01"},
        {"due_date": "2999-12-31"},
        {"due_date": "1970-01-01T00:00:00Z"},
        {"due_date": "2999-12-31T23:59:59.999999Z"},
        {"due_date": "2026-03-29T02:30:00.000001+01:00"},
        {"priority": "none"},
        {"priority": "low"},
        {"priority": "medium"},
        {"priority": "high"},
        {"priority": "urgent"},
        {"completed": True},
        {"completed": False},
    ],
    ids=str,
)
async def test_every_field_is_kept_at_its_bounds(tasks: Tasks, given: dict[str, Any]) -> None:
    task = a_task(**given)

    await tasks.add(task, by=task.owner)

    await kept(tasks, task)


@given(fields())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_a_task_may_say_is_kept(tasks: Tasks, fields: Fields) -> None:
    plain = a_task()
    await tasks.add(plain, by=plain.owner)

    edited = await tasks.update(plain.owner, plain.id, edit(**fields), by=plain.owner)

    await kept(tasks, edited)


async def test_microseconds_of_every_instant_are_kept(tasks: Tasks) -> None:
    task = a_task(at=later().replace(microsecond=1))
    await tasks.add(task, by=task.owner)

    completed = await tasks.update(task.owner, task.id, toggle, by=task.owner)

    assert completed.created_at.microsecond == 1
    assert completed.completed_at == completed.updated_at
    assert completed.updated_at.microsecond == 2
    await kept(tasks, completed)


async def test_the_version_counts_what_was_written(tasks: Tasks) -> None:
    task = a_task()
    await tasks.add(task, by=task.owner)

    versions = [
        (await tasks.update(task.owner, task.id, toggle, by=task.owner)).version for _ in range(5)
    ]

    assert versions == [2, 3, 4, 5, 6]
    assert (await tasks.get(task.owner, task.id)).version == 6


async def test_clearing_is_kept(tasks: Tasks) -> None:
    task = a_task(description="d", due_date="2026-12-01", tags=["t"], completed=True)
    await tasks.add(task, by=task.owner)

    cleared = await tasks.update(
        task.owner,
        task.id,
        edit(description=None, due_date=None, tags=(), completed=False),
        by=task.owner,
    )

    assert (cleared.description, cleared.due_date, cleared.tags) == (None, None, ())
    await kept(tasks, cleared)


@pytest.mark.parametrize("subject", ["a", "x" * 255, "a|b@c:d-e_f.g", "..."])
@pytest.mark.parametrize("realm", ["", "r" * 64])
async def test_every_form_of_owner_can_keep_tasks(tasks: Tasks, subject: str, realm: str) -> None:
    owner = Owner(subject, realm)
    task = a_task(owner)

    await tasks.add(task, by=owner)

    await kept(tasks, task)
    await tasks.update(owner, task.id, trash, by=owner)
