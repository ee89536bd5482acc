"""`Journal`: one entry for each accepted write, numbered without gaps, on every adapter."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from application.ports import Journal, Tasks
from domain.change import Action, Entry
from domain.errors import TaskhavenError
from domain.owner import Owner
from domain.task import Task
from tests.builders import Verb, a_task, an_id, an_owner, edit, later, toggle, trash


async def whole(journal: Journal, owner: Owner) -> Sequence[Entry]:
    """Every entry there is."""
    return await journal.entries(owner, after=0, limit=1000)


async def test_a_journal_is_empty_before_the_first_write(journal: Journal) -> None:
    owner = an_owner()

    assert await journal.position(owner) == 0
    assert list(await whole(journal, owner)) == []


async def test_every_verb_leaves_an_entry_that_says_what_it_did(
    tasks: Tasks, journal: Journal
) -> None:
    task = a_task(title="old", tags=["t"], due_date="2026-12-01")
    owner = task.owner
    await tasks.add(task, by=owner)
    for change in (toggle, toggle, edit(title="new", completed=True, due_date=None), trash):
        await tasks.update(owner, task.id, change, by=owner)

    entries = await whole(journal, owner)

    assert [(entry.action, entry.changed) for entry in entries] == [
        (
            Action.CREATE,
            {"title": (None, "old"), "tags": (None, ["t"]), "due_date": (None, "2026-12-01")},
        ),
        (Action.COMPLETE, {"completed": (False, True)}),
        (Action.REOPEN, {"completed": (True, False)}),
        (
            Action.EDIT,
            {
                "title": ("old", "new"),
                "completed": (False, True),
                "due_date": ("2026-12-01", None),
            },
        ),
        (Action.DELETE, {}),
    ]
    assert [entry.position for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.version for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in entries] == [None, 1, 2, 3, 4]
    assert {entry.task_id for entry in entries} == {task.id}
    assert {entry.by for entry in entries} == {owner}


async def test_an_entry_is_of_the_instant_at_which_its_task_changed(
    tasks: Tasks, journal: Journal
) -> None:
    task = a_task(at=later() + timedelta(microseconds=7))
    await tasks.add(task, by=task.owner)

    changed = await tasks.update(task.owner, task.id, edit(title="new"), by=task.owner)

    entries = await whole(journal, task.owner)
    assert [entry.at for entry in entries] == [task.created_at, changed.updated_at]


async def test_entries_keep_every_kind_of_value(tasks: Tasks, journal: Journal) -> None:
    text = "'\"\\ %s \u2028\ufffe\U0010ffff😀e\u0301\r\n"
    task = a_task(
        title="x",
        description=text,
        tags=[text.strip()],
        priority="urgent",
        due_date="2999-12-31T23:59:59.999999Z",
        completed=True,
    )

    await tasks.add(task, by=task.owner)

    (entry,) = await whole(journal, task.owner)
    assert entry.changed == {
        "title": (None, "x"),
        "description": (None, text),
        "priority": (None, "urgent"),
        "due_date": (None, "2999-12-31T23:59:59.999999Z"),
        "tags": (None, [text.strip()]),
        "completed": (None, True),
    }


def refuse(_: Task) -> Task:
    raise TaskhavenError


@pytest.mark.parametrize(
    ("change", "versions"),
    [
        (refuse, None),
        (toggle, frozenset[int]()),
        (toggle, frozenset({2})),
        (edit(title="x"), None),
        (lambda task: task, None),
    ],
    ids=["raised", "no version", "another version", "nothing new", "the task itself"],
)
async def test_what_was_refused_or_changed_nothing_leaves_no_entry(
    tasks: Tasks, journal: Journal, change: Verb, versions: frozenset[int] | None
) -> None:
    task = a_task(title="x")
    await tasks.add(task, by=task.owner)

    for id in (task.id, an_id()):
        try:
            await tasks.update(task.owner, id, change, by=task.owner, versions=versions)
        except TaskhavenError:
            continue

    assert [entry.action for entry in await whole(journal, task.owner)] == [Action.CREATE]
    assert await journal.position(task.owner) == 1


async def test_previous_links_the_entries_of_each_task(tasks: Tasks, journal: Journal) -> None:
    owner = an_owner()
    one, two = a_task(owner), a_task(owner)
    for task in (one, two):
        await tasks.add(task, by=owner)
    for id in (one.id, one.id, two.id, one.id):
        await tasks.update(owner, id, toggle, by=owner)

    entries = await whole(journal, owner)

    assert [(entry.task_id == one.id, entry.previous) for entry in entries] == [
        (True, None),
        (False, None),
        (True, 1),
        (True, 3),
        (False, 2),
        (True, 4),
    ]


@pytest.mark.parametrize(
    ("after", "limit", "positions"),
    [
        (0, 10, [1, 2, 3, 4, 5]),
        (0, 2, [1, 2]),
        (2, 2, [3, 4]),
        (4, 2, [5]),
        (5, 2, []),
        (2**40, 10, []),
        (0, 5, [1, 2, 3, 4, 5]),
    ],
)
async def test_entries_are_read_from_any_position(
    tasks: Tasks, journal: Journal, after: int, limit: int, positions: list[int]
) -> None:
    owner = an_owner()
    for _ in range(5):
        await tasks.add(a_task(owner), by=owner)

    entries = await journal.entries(owner, after=after, limit=limit)

    assert [entry.position for entry in entries] == positions
    assert await journal.position(owner) == 5
