"""Importing: everything is checked first, nothing comes twice, and what is kept is kept."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from dependency_injector import providers

from application import transfer
from application.errors import Unavailable
from application.records import Record
from application.transfer import ExportTasks, Imported, ImportTasks, RecordsRefused
from domain.change import Action
from domain.errors import TooManyTasks
from domain.owner import Actor, Owner
from domain.task import Task
from entrypoints.container import Container
from tests.builders import DAWN, a_task, an_id, an_owner, newest_first
from tests.storages import container

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
NOW = DAWN + 1000 * DAY
CREATED, DONE = "2026-11-21T09:30:00.123456Z", "2026-11-22T08:00:00Z"


class Desk:
    """A Taskhaven in memory whose clock says `at`, and an owner."""

    def __init__(self, most: int = 0) -> None:
        self.use: Container = container("memory:")
        self.at = NOW
        self.use.now.override(providers.Object(lambda: self.at))
        self.owner = an_owner()
        self.tasks = self.use.tasks()
        self.import_tasks = ImportTasks(self.tasks, lambda: self.at, an_id, most or None)

    async def bring(self, *given: object, dry_run: bool = False) -> Imported:
        records = [Record(place, one) for place, one in enumerate(given, 1)]
        return await self.import_tasks(self.owner, lambda: records, dry_run=dry_run)

    async def refused(self, *given: object) -> list[str]:
        """What is wrong with the records; nothing was stored."""
        before = await self.position()
        with pytest.raises(RecordsRefused) as refused:
            await self.bring(*given)
        assert await self.position() == before
        assert refused.value.count >= len(refused.value.errors)
        return [
            f"{place} {'.'.join(map(str, error.path))} {error.detail}"
            for place, error in refused.value.errors
        ]

    async def there(self) -> Sequence[Task]:
        """The owner's tasks, oldest first."""
        return [t async for batch in ExportTasks(self.tasks)(self.owner) for t in batch]

    async def position(self) -> int:
        position: int = await self.use.journal().position(self.owner)
        return position


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_everything_said_is_kept_and_what_the_service_says_itself_is_not(desk: Desk) -> None:
    imported = await desk.bring(
        {
            "title": " Buy milk ",
            "description": "",
            "priority": "high",
            "due_date": "2026-12-01",
            "tags": ["home"],
            "completed": True,
            "completed_at": DONE,
            "created_at": CREATED,
            "updated_at": "no matter",
            "version": -1,
            "user_id": 3,
        }
    )

    (task,) = await desk.there()
    assert imported == Imported(new=1)
    assert (task.title, task.description, task.priority, task.tags) == (
        *("Buy milk", "", "high", ("home",)),
    )
    assert str(task.due_date) == "2026-12-01"
    assert task.created_at == DAWN
    assert task.completed_at == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert (task.updated_at, task.version) == (NOW + TICK, 2)
    entries = await desk.use.journal().entries(desk.owner, after=0, limit=9)
    assert [(e.action, e.at, e.by) for e in entries] == [
        (Action.CREATE, NOW, desk.owner),
        (Action.COMPLETE, NOW + TICK, desk.owner),
    ]


async def test_what_says_no_more_than_a_title_is_new_in_the_order_of_the_file(desk: Desk) -> None:
    await desk.bring({"title": "1"}, {"title": "2", "completed": True}, {"title": "3"})

    tasks = await desk.there()
    assert [task.title for task in tasks] == ["1", "2", "3"]
    assert [task.completed for task in tasks] == [False, True, False]
    assert all(NOW < task.created_at <= task.updated_at < NOW + DAY for task in tasks)
    assert tasks[1].completed_at == tasks[1].updated_at


async def test_since_when_it_is_completed_says_that_it_is(desk: Desk) -> None:
    await desk.bring({"title": "x", "created_at": CREATED, "completed_at": CREATED})

    (task,) = await desk.there()
    assert task.completed_at == task.created_at == DAWN


async def test_an_id_is_kept_where_it_is_one_of_ours(desk: Desk) -> None:
    mine = a_task(at=DAWN)

    await desk.bring({"id": str(mine.id).upper(), "title": "x", "created_at": CREATED})

    assert [task.id for task in await desk.there()] == [mine.id]


@pytest.mark.parametrize(
    "id",
    [
        *("42", "x" * 300, "=1", "018cc251f4007000a6a26e4dd885aca7"),
        "00000000-0000-0000-0000-000000000000",
        "9b2f0a3e-8f0e-4b62-9a50-0d7a0f1f3c11",
        str(an_id(DAWN + timedelta(microseconds=1))),
        str(an_id(DAWN - timedelta(microseconds=1))),
        str(UUID(int=an_id(DAWN).int ^ (1 << 62))),
        str(UUID(int=an_id(DAWN).int ^ (1 << 76))),
    ],
    ids=range(10),
)
async def test_of_another_id_comes_one_of_ours_the_same_each_time(desk: Desk, id: str) -> None:
    said = {"id": id, "title": "x", "created_at": CREATED}

    first, again = await desk.bring(said), await desk.bring(said)

    (task,) = await desk.there()
    assert (first, again) == (Imported(new=1), Imported(present=1))
    assert str(task.id) != id
    assert task.id.version == 7
    assert task.id.int >> 62 == an_id(DAWN).int >> 62

    desk.owner = an_owner()
    await desk.bring(said)
    (other,) = await desk.there()
    assert other.id != task.id


@pytest.mark.parametrize("id", [None, ""])
async def test_what_has_no_id_is_new_each_time(desk: Desk, id: str | None) -> None:
    for _ in range(2):
        await desk.bring({"id": id, "title": "x", "created_at": CREATED})

    assert len({task.id for task in await desk.there()}) == 2


async def test_what_the_owner_has_or_threw_away_stays_as_it_is(desk: Desk) -> None:
    there, gone = a_task(desk.owner, at=DAWN), a_task(desk.owner, at=DAWN)
    foreign = a_task(at=DAWN)
    for task in (there, gone, foreign):
        await desk.tasks.add(task, by=task.owner)
    await desk.tasks.update(desk.owner, gone.id, lambda t: t.trash(at=NOW), by=desk.owner)
    records = [
        {"id": str(task.id), "title": "other", "created_at": CREATED}
        for task in (there, gone, foreign)
    ]

    tried = await desk.bring(*records, dry_run=True)
    position = await desk.position()
    imported = await desk.bring(*records)

    assert tried == imported == Imported(new=1, present=1, trashed=1)
    assert position == 3
    assert await desk.position() == 4
    assert await desk.tasks.get(desk.owner, there.id) == there
    assert (await desk.tasks.get(desk.owner, foreign.id)).title == "other"
    assert await desk.tasks.get(foreign.owner, foreign.id) == foreign


async def test_every_bad_member_of_every_record_is_named_and_nothing_is_stored(desk: Desk) -> None:
    told = await desk.refused(
        {"title": "good"},
        {"title": " ", "colour": "red", "id": 3, "created_at": "2026-11-21T09:30:00"},
        "no object",
        {"tags": ["a", "a"], "completed_at": 5},
        {"title": "a\0b", "completed": "no"},
    )

    instant = "must be an RFC 3339 date-time with an offset (2026-12-01T17:00:00Z), or null"
    assert told == [
        "2 title must not be blank",
        "2 colour is not a member of a task",
        "2 id must be a string or null",
        f"2 created_at {instant}",
        "3  must be an object",
        "4 tags.1 must not repeat another tag",
        "4 title is required",
        f"4 completed_at {instant}",
        "5 title must not hold control characters other than tab, LF and CR",
        "5 completed must be true or false",
    ]


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"created_at": NOW + MINUTE}, None),
        ({"created_at": NOW + MINUTE + TICK}, "created_at must not lie in the future"),
        ({"completed_at": NOW + MINUTE}, None),
        ({"completed_at": NOW + MINUTE + TICK}, "completed_at must not lie in the future"),
        ({"created_at": NOW, "completed_at": NOW}, None),
        ({"created_at": NOW, "completed_at": NOW - TICK},
         "completed_at must not be before created_at"),
        ({"completed_at": NOW - TICK}, "completed_at must not be before created_at"),
        ({"created_at": DAWN, "completed_at": NOW, "completed": False},
         "completed_at must be null where completed is false"),
        ({"created_at": datetime(1970, 1, 1, tzinfo=UTC)}, None),
        ({"created_at": datetime(1970, 1, 1, tzinfo=UTC) - TICK},
         "created_at must not be before 1970"),
    ],
)  # fmt: skip
async def test_instants_are_of_the_past_and_in_order(
    desk: Desk, said: dict[str, object], error: str | None
) -> None:
    texts = {n: v.isoformat() if isinstance(v, datetime) else v for n, v in said.items()}

    if error:
        assert await desk.refused({"title": "x", **texts}) == [f"1 {error}"]
        return
    await desk.bring({"title": "x", **texts})
    (task,) = await desk.there()
    assert task.created_at <= task.updated_at
    assert said.get("completed_at") == task.completed_at


async def test_no_task_comes_twice_in_a_file(desk: Desk) -> None:
    one = str(an_id(DAWN))
    said = {"title": "x", "created_at": CREATED}

    told = await desk.refused(
        {**said, "id": one},
        {**said, "id": "42"},
        {**said, "id": one.upper()},
        {"title": "x", "created_at": DONE, "id": "42"},
    )

    assert told == [
        "3 id must not come twice, as at 1 before",
        "4 id must not come twice, as at 2 before",
    ]


async def test_an_id_that_another_would_become_is_taken_too(desk: Desk) -> None:
    said = {"title": "x", "created_at": CREATED}
    await desk.bring({**said, "id": "42"})
    (task,) = await desk.there()

    told = await desk.refused({**said, "id": "42"}, {**said, "id": str(task.id)})

    assert told == ["2 id must not come twice, as at 1 before"]


async def test_the_first_hundred_errors_are_told_and_all_are_counted(desk: Desk) -> None:
    with pytest.raises(RecordsRefused) as refused:
        await desk.bring(*({"title": "", "id": n} for n in range(70)))

    assert refused.value.count == 140
    assert [place for place, _ in refused.value.errors] == [n // 2 + 1 for n in range(100)]


async def test_what_could_not_be_read_is_told_as_the_reader_has_it(desk: Desk) -> None:
    with pytest.raises(RecordsRefused) as refused:
        await desk.import_tasks(desk.owner, lambda: [Record(7, flaw="is odd")])

    ((place, error),) = refused.value.errors
    assert (place, error.path, error.detail) == (7, (), "is odd")


async def test_an_owner_gets_as_many_tasks_as_allowed_or_none() -> None:
    desk = Desk(most=3)
    mine = a_task(desk.owner, at=DAWN)
    await desk.tasks.add(mine, by=desk.owner)
    again = {"id": str(mine.id), "title": "x", "created_at": CREATED}
    new = [{"title": str(n)} for n in range(3)]

    for dry_run in (True, False):
        with pytest.raises(TooManyTasks):
            await desk.bring(again, *new, dry_run=dry_run)
    assert await desk.position() == 1
    assert await desk.bring(again, *new[:2]) == Imported(new=2, present=1)
    assert await desk.bring(again) == Imported(present=1)


@pytest.mark.parametrize("stored", [0, 1, 2])
async def test_an_import_cut_short_can_be_made_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, stored: int
) -> None:
    monkeypatch.setattr(transfer, "_IMPORTED_AT_ONCE", 10)
    records = [
        {"id": str(n), "title": str(n), "created_at": CREATED, "completed_at": CREATED}
        for n in range(25)
    ]
    apply, done = desk.tasks.apply, list[object]()

    async def fail(*given: object, **said: object) -> object:
        if len(done) == stored:
            raise Unavailable
        done.append(given)
        return await apply(*given, **said)

    with monkeypatch.context() as broken:
        broken.setattr(desk.tasks, "apply", fail)
        with pytest.raises(Unavailable):
            await desk.bring(*records)
    assert await desk.position() == stored * 20
    assert await desk.bring(*records) == Imported(new=25 - stored * 10, present=stored * 10)

    assert sorted(int(task.title) for task in await desk.there()) == [*range(25)]
    assert await desk.position() == 50


async def test_it_is_told_how_far_it_is(desk: Desk) -> None:
    checked, stored = list[int](), list[Imported]()
    records = [Record(n, {"title": str(n)}) for n in range(1, 251)]

    await desk.import_tasks(
        desk.owner, lambda: records, checked=checked.append, stored=stored.append
    )

    assert checked == [each.new for each in stored] == [100, 200, 250]


async def test_an_export_is_every_present_task_oldest_first(desk: Desk) -> None:
    made = [a_task(desk.owner) for _ in range(1_001)]
    for task in (*reversed(made), a_task()):
        await desk.tasks.add(task, by=task.owner)
    await desk.tasks.update(desk.owner, made[5].id, lambda t: t.trash(at=NOW), by=desk.owner)

    assert await desk.there() == made[:5] + made[6:]
    desk.owner = an_owner()
    assert await desk.there() == []


async def test_what_is_imported_can_be_changed_like_any_task(desk: Desk) -> None:
    await desk.bring({"title": "x", "created_at": CREATED, "completed_at": DONE})
    (task,) = await desk.there()
    actor = Actor(desk.owner)

    back = await desk.use.revert_task()(actor, desk.owner, task.id, {"version": 1})

    assert back == replace(task, completed_at=None, version=3, updated_at=task.updated_at + TICK)
    assert len((await desk.tasks.page(Owner(desk.owner.subject), newest_first(9))).tasks) == 1
