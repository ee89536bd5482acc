"""The verbs of a task, whatever it is and whatever the clock says."""

from datetime import datetime, timedelta

from hypothesis import given

from domain.fields import Fields, Priority
from domain.task import Task
from tests.builders import DAWN, a_task, an_id, an_owner, later
from tests.strategies import clocks, fields, tasks


@given(fields(), clocks)
def test_a_new_task_says_what_was_given_and_nothing_else(given: Fields, at: datetime) -> None:
    owner, id = an_owner(), an_id()

    task = Task.create(owner=owner, id=id, fields={"title": "Buy milk", **given}, at=at)

    silent = Task(owner=owner, id=id, title="Buy milk", created_at=at, updated_at=at)
    assert said(task) == {**said(silent), **given}
    assert (task.owner, task.id, task.version, task.deleted) == (owner, id, 1, False)
    assert task.created_at == task.updated_at == at
    assert task.completed_at == (at if given.get("completed") else None)


def test_a_task_that_was_made_elsewhere_keeps_when_that_was() -> None:
    created, completed, at = DAWN, DAWN + timedelta(days=1), DAWN + timedelta(days=9)

    task = Task.create(
        owner=an_owner(), id=an_id(), fields={"title": "x"}, at=at, created_at=created
    )
    done = task.complete(at=at, completed_at=completed)

    assert (task.created_at, task.updated_at, task.version) == (created, at, 1)
    assert (done.created_at, done.completed_at, done.version) == (created, completed, 2)
    assert done.updated_at > at
    assert done.complete(at=at, completed_at=created) is done


def said(task: Task) -> dict[str, object]:
    """What the owner says of a task."""
    return {name: getattr(task, name) for name in Fields.__annotations__}


@given(tasks(), fields(), clocks)
def test_an_edit_takes_over_what_is_given_and_keeps_the_rest(
    task: Task, given: Fields, at: datetime
) -> None:
    edited = task.edit(given, at=at)

    assert said(edited) == {**said(task), **given}
    assert (edited.owner, edited.id, edited.created_at, edited.deleted_at) == (
        task.owner,
        task.id,
        task.created_at,
        task.deleted_at,
    )


@given(tasks(), fields(), clocks)
def test_an_edit_counts_if_it_changes_something_and_else_is_none(
    task: Task, given: Fields, at: datetime
) -> None:
    edited = task.edit(given, at=at)

    if said(edited) == said(task):
        assert edited is task
    else:
        assert edited.version == task.version + 1
        assert edited.updated_at > task.updated_at
        assert edited.updated_at in (at, task.updated_at + timedelta(microseconds=1))


@given(tasks(), clocks)
def test_saying_again_what_is_so_changes_nothing(task: Task, at: datetime) -> None:
    again: Fields = {
        "title": task.title,
        "description": task.description,
        "priority": task.priority,
        "due_date": task.due_date,
        "tags": task.tags,
        "completed": task.completed,
    }

    assert task.edit(again, at=at) is task
    assert task.edit({}, at=at) is task


@given(tasks(), clocks)
def test_completing_twice_is_completing_once(task: Task, at: datetime) -> None:
    done = task.complete(at=at)

    assert done.completed
    assert done.complete(at=at + timedelta(days=1)) is done
    if task.completed:
        assert done is task
    else:
        assert done.completed_at == done.updated_at


@given(tasks(), clocks)
def test_reopening_forgets_when_it_was_done(task: Task, at: datetime) -> None:
    opened = task.reopen(at=at)

    assert not opened.completed
    assert opened.completed_at is None
    assert opened.reopen(at=at) is opened


@given(tasks(), clocks, clocks)
def test_toggling_twice_ends_where_it_began(task: Task, one: datetime, two: datetime) -> None:
    toggled = task.toggle(at=one)
    back = toggled.toggle(at=two)

    assert toggled.completed is not task.completed
    assert said(back) == said(task)
    assert back.version == task.version + 2


@given(tasks(), clocks)
def test_a_deleted_task_is_as_it_was_but_for_being_deleted(task: Task, at: datetime) -> None:
    gone = task.trash(at=at)

    assert gone.deleted
    assert gone.deleted_at == gone.updated_at > task.updated_at
    assert gone.version == task.version + 1
    assert said(gone) == said(task)
    assert gone.trash(at=at + timedelta(days=1)) is gone


def test_an_edit_does_not_move_the_instant_of_completion() -> None:
    done = a_task(completed=True)

    edited = done.edit({"title": "new", "completed": True}, at=later())

    assert edited.completed_at == done.completed_at


def test_completed_at_never_lies_after_updated_at_though_the_clock_went_back() -> None:
    task = a_task(at=DAWN)

    done = task.complete(at=DAWN - timedelta(hours=1))

    assert done.completed_at == done.updated_at == DAWN + timedelta(microseconds=1)


def test_a_verb_leaves_the_task_it_was_called_on_as_it_was() -> None:
    task = a_task(at=DAWN)

    task.edit({"title": "new", "priority": Priority.LOW}, at=later())

    assert (task.title, task.priority, task.version) == ("Buy milk", Priority.NONE, 1)
