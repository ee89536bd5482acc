"""Who asks for whom, and whether it makes sense, is decided before storage is touched."""

from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn
from uuid import UUID

import pytest

from application.batch import RunBatch
from application.journal import FollowChanges, ReadHistory, RevertTask, Since
from application.ports import Journal, Receipts, Tasks, Trash
from application.tasks import CompleteTask, CreateTask, EditTask, ListTasks, ReadPosition, ReadTask
from application.trash import DeleteTask, ListTrash, RestoreTask
from domain.errors import InvalidFields, NotOwner
from domain.owner import Actor, Owner
from tests.builders import an_id, an_owner, later, newest_first


class Touched(Exception):
    """Storage was asked for something."""


class Untouchable(Tasks, Trash, Journal, Receipts):
    """Storage that must not be asked."""

    async def get(self, *_: object, **__: object) -> NoReturn:
        raise Touched

    page = add = update = apply = some = find = sweep = get
    position = positions = entries = changes = history = oldest = trim = erase = old = get


STORAGE = Untouchable()

Use = Callable[[Actor, Owner, UUID], Awaitable[object]]


def create(given: Mapping[str, object]) -> Use:
    use = CreateTask(STORAGE, STORAGE, now=later, new_id=an_id)
    return lambda actor, owner, id: use(actor, owner, given)


def edit(given: Mapping[str, object]) -> Use:
    use = EditTask(STORAGE, STORAGE, now=later)
    return lambda actor, owner, id: use(actor, owner, id, given)


def revert(given: Mapping[str, object]) -> Use:
    use = RevertTask(STORAGE, STORAGE, STORAGE, now=later)
    return lambda actor, owner, id: use(actor, owner, id, given)


def batch(given: Mapping[str, object]) -> Use:
    use = RunBatch(STORAGE, STORAGE, STORAGE, now=later, new_id=an_id)
    return lambda actor, owner, id: use(actor, owner, given)


def follow(actor: Actor, owner: Owner, since: Since | None) -> Awaitable[object]:
    return FollowChanges(STORAGE, STORAGE)(actor, owner, since, limit=1)


EVERY: dict[str, Use] = {
    "create": create({"title": "x"}),
    "read": ReadTask(STORAGE),
    "list": lambda actor, owner, id: ListTasks(STORAGE)(actor, owner, newest_first(1)),
    "edit": edit({"title": "x"}),
    "complete": CompleteTask(STORAGE, STORAGE, later),
    "delete": DeleteTask(STORAGE, STORAGE, later),
    "list trash": lambda actor, owner, id: ListTrash(STORAGE)(actor, owner, after=None, limit=1),
    "restore": RestoreTask(STORAGE, STORAGE, later),
    "follow": lambda actor, owner, id: follow(actor, owner, Since(0)),
    "follow from the start": lambda actor, owner, id: follow(actor, owner, None),
    "history": lambda actor, owner, id: ReadHistory(STORAGE)(
        actor, owner, id, before=None, limit=1
    ),
    "revert": revert({"version": 1}),
    "batch": batch({"operations": [{"op": "create", "task": {"title": "x"}}]}),
    "read position": lambda actor, owner, id: ReadPosition(STORAGE)(actor, owner),
}


@pytest.mark.parametrize("use", EVERY.values(), ids=EVERY.keys())
async def test_I01_nobody_acts_for_another_owner(use: Use) -> None:
    actor = Actor(an_owner())
    namesake = Owner(actor.owner.subject, "elsewhere")

    for owner in (an_owner(), namesake):
        with pytest.raises(NotOwner) as refused:
            await use(actor, owner, an_id())
        assert str(refused.value) == ""


@pytest.mark.parametrize("use", EVERY.values(), ids=EVERY.keys())
async def test_everybody_acts_for_themselves(use: Use) -> None:
    actor = Actor(an_owner())

    with pytest.raises(Touched):
        await use(actor, actor.owner, an_id())


@pytest.mark.parametrize("make", [create, edit, revert, batch])
async def test_bad_fields_are_refused_before_it_is_known_whether_the_task_exists(
    make: Callable[[Mapping[str, object]], Use],
) -> None:
    actor = Actor(an_owner())

    with pytest.raises(InvalidFields):
        await make({"title": ""})(actor, actor.owner, an_id())


@pytest.mark.parametrize("make", [create, edit, revert, batch])
async def test_I01_who_may_not_ask_learns_nothing_of_what_is_wrong_with_the_fields(
    make: Callable[[Mapping[str, object]], Use],
) -> None:
    with pytest.raises(NotOwner):
        await make({"title": ""})(Actor(an_owner()), an_owner(), an_id())
