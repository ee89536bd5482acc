"""What the journal says of deletions and reversions, and how it leads back."""

from datetime import datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.change import Action, Change, Entry, content, content_before
from domain.fields import Fields, read_fields
from domain.task import Task
from tests.builders import a_task, edit, later, toggle, trash
from tests.strategies import clocks, fields, tasks


def entry(before: Task | None, after: Task) -> Entry:
    change = Change(before, after, after.owner)
    return Entry(
        position=after.version,
        previous=None,
        task_id=after.id,
        version=after.version,
        action=change.action,
        at=change.at,
        by=change.by,
        changed=change.changed,
    )


@given(tasks(), clocks, clocks)
def test_a_task_comes_out_of_the_trash_as_it_went_in(
    task: Task, deleted: datetime, restored: datetime
) -> None:
    gone = task.trash(at=deleted)
    back = gone.restore(at=restored)

    assert (gone.deleted, back.deleted) == (True, False)
    assert content(back) == content(task)
    assert (back.completed_at, back.created_at) == (task.completed_at, task.created_at)
    assert [t.version - task.version for t in (gone, back)] == [1, 2]
    assert task.updated_at < gone.updated_at < back.updated_at
    assert gone.deleted_at == gone.updated_at


@given(tasks(), clocks)
def test_what_is_not_in_the_trash_stays_as_it_is(task: Task, at: datetime) -> None:
    assert task.restore(at=at) is task
    gone = task.trash(at=at)
    assert gone.trash(at=at) is gone


def test_each_step_is_called_what_it_is() -> None:
    task = a_task()
    gone = trash(task)
    back = gone.restore(at=later())
    done = toggle(back)

    steps = [(None, task), (task, gone), (gone, back), (back, done), (done, toggle(done))]

    assert [Change(before, after, task.owner).action for before, after in steps] == [
        Action.CREATE, Action.DELETE, Action.RESTORE, Action.COMPLETE, Action.REOPEN
    ]  # fmt: skip
    assert [Change(before, after, task.owner).gain for before, after in steps] == [1, -1, 1, 0, 0]


def test_a_revert_is_called_so_whatever_it_changes() -> None:
    task = a_task()

    for change in (toggle, edit(title="new")):
        assert Change(task, change(task), task.owner, reverts=True).action is Action.REVERT


@given(tasks(), st.lists(st.tuples(fields(), clocks), min_size=1, max_size=5))
def test_the_entries_lead_back_to_every_version(
    first: Task, said: list[tuple[Fields, datetime]]
) -> None:
    versions = [first]
    for each, at in said:
        after = versions[-1].edit(each, at=at)
        if after != versions[-1]:
            versions.append(after)

    now = content(versions[-1])
    for before, after in reversed([*pairwise(versions)]):
        now = content_before(now, entry(before, after))
        assert now == content(before)
        assert content(before.edit(read_fields(now), at=before.updated_at)) == now
