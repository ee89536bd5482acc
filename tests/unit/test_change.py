"""A change, read off the task before and after it."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.change import Action, Change, Plain, content
from domain.fields import Fields
from domain.task import Task
from tests.builders import a_task, an_owner, edit, later, toggle, trash
from tests.strategies import clocks, fields, tasks

SILENT: dict[str, Plain] = {
    "title": None,
    "description": None,
    "priority": "none",
    "due_date": None,
    "tags": [],
    "completed": False,
}


def change(before: Task, after: Task) -> Change:
    return Change(before, after, before.owner)


@given(tasks(), fields(), clocks)
def test_what_changed_applied_to_the_task_before_gives_the_task_after(
    before: Task, given: Fields, at: datetime
) -> None:
    after = before.edit(given, at=at)

    changed = change(before, after).changed

    assert {**content(before), **{name: new for name, (_, new) in changed.items()}} == content(
        after
    )
    assert {**content(after), **{name: old for name, (old, _) in changed.items()}} == content(
        before
    )


@given(tasks(), fields(), clocks)
def test_only_what_differs_is_named(before: Task, given: Fields, at: datetime) -> None:
    changed = change(before, before.edit(given, at=at)).changed

    assert all(old != new for old, new in changed.values())
    assert changed.keys() <= given.keys()


@given(tasks())
def test_a_new_task_comes_from_nothing(task: Task) -> None:
    created = Change(None, task, task.owner)

    assert created.action is Action.CREATE
    assert {old for old, _ in created.changed.values()} <= {None}
    assert {**SILENT, **{name: new for name, (_, new) in created.changed.items()}} == content(task)


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ({"completed": True}, Action.COMPLETE),
        ({"completed": True, "title": "Buy milk"}, Action.COMPLETE),
        ({"completed": True, "title": "new"}, Action.EDIT),
        ({"title": "new"}, Action.EDIT),
        ({"tags": ("new",)}, Action.EDIT),
    ],
    ids=str,
)
def test_the_action_says_what_happened(fields: Fields, action: Action) -> None:
    task = a_task()

    assert change(task, edit(**fields)(task)).action is action


def test_what_was_done_can_be_undone_and_deleted() -> None:
    done = a_task(completed=True)

    assert change(done, toggle(done)).action is Action.REOPEN
    assert change(done, trash(done)).action is Action.DELETE
    assert change(done, trash(done)).changed == {}


@given(tasks(), st.builds(an_owner))
def test_a_change_is_of_the_instant_that_the_task_took_over(task: Task, by: object) -> None:
    after = toggle(task)

    assert change(task, after).at == after.updated_at > task.updated_at


def test_a_change_is_told_in_the_contracts_plain_values() -> None:
    task = a_task(title="x", due_date="2026-12-01T17:00:00+01:00", priority="high", tags=["t"])

    assert content(task) == {
        "title": "x",
        "description": None,
        "priority": "high",
        "due_date": "2026-12-01T16:00:00.000000Z",
        "tags": ["t"],
        "completed": False,
    }
    assert task.edit({"title": "x"}, at=later()) is task
