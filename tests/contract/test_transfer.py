"""What is exported and imported again is the same, on every storage and in every format."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

import pytest
from dependency_injector import providers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.records import Record
from application.transfer import Imported
from domain.owner import Owner
from domain.task import Task
from entrypoints.cli.formats import FORMATS, Format
from tests.builders import DAWN, a_task, an_id, an_owner
from tests.storages import Opened, opened
from tests.strategies import tasks as any_tasks

LATER = datetime.fromisoformat("2031-01-01T00:00:00Z")  # than whatever `any_tasks` hold
THEIR_OWN = ("user_id", "updated_at", "version")

Body = dict[str, Any]


@pytest.fixture
async def storage(database_url: str) -> AsyncIterator[Opened]:
    async with opened(database_url) as storage:
        storage.container.now.override(providers.Object(lambda: LATER))
        yield storage


@pytest.fixture(params=FORMATS.values(), ids=[*FORMATS])
def form(request: pytest.FixtureRequest) -> Format:
    found: Format = request.param
    return found


async def export(storage: Opened, owner: Owner, form: Format) -> bytes:
    writer = form.writer()
    text = writer.head()
    async for batch in storage.container.export_tasks()(owner):
        text += writer.body(batch)
    return text + writer.tail()


async def import_(storage: Opened, owner: Owner, form: Format, text: bytes) -> Imported:
    with TemporaryFile() as file:
        file.write(text)
        file.flush()
        imported: Imported = await storage.container.import_tasks()(owner, lambda: form.read(file))
        return imported


async def bodies(storage: Opened, owner: Owner, *but: str) -> list[Body]:
    exported: list[Body] = json.loads(await export(storage, owner, FORMATS["json"]))
    return [{name: v for name, v in body.items() if name not in but} for body in exported]


async def keep(storage: Opened, owner: Owner, tasks: Sequence[Task]) -> None:
    """Store new tasks that say what these say, with ids that fit, or as in an older database."""
    for task in tasks:
        await storage.tasks.add(
            replace(task, owner=owner, version=1, id=an_id(task.created_at)), by=owner
        )


@given(made=st.lists(any_tasks(), min_size=1, max_size=5))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_an_import_of_an_export_is_exported_the_same(
    storage: Opened, form: Format, made: list[Task]
) -> None:
    one, other, namesake = an_owner(), an_owner(), an_owner("elsewhere")
    await keep(storage, one, made)

    text = await export(storage, one, form)
    imported = await import_(storage, other, form, text)
    again = await import_(storage, other, form, text)
    onwards = await import_(storage, namesake, form, await export(storage, other, form))

    count = len(made)
    assert (imported, again, onwards) == (
        Imported(new=count), Imported(present=count), Imported(new=count)
    )  # fmt: skip
    there = await bodies(storage, one, *THEIR_OWN)
    assert await bodies(storage, other, *THEIR_OWN) == there
    assert await bodies(storage, namesake, *THEIR_OWN) == there
    assert await bodies(storage, one, "user_id") == [
        {**body, "updated_at": task["updated_at"], "version": 1}
        for body, task in zip(there, await bodies(storage, one), strict=True)
    ]


@given(made=st.lists(any_tasks(), min_size=1, max_size=5))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_tasks_whose_ids_are_not_ours_are_the_same_but_for_their_ids(
    storage: Opened, form: Format, made: list[Task]
) -> None:
    one, other = an_owner(), an_owner()
    writer = form.writer()
    text = writer.head() + writer.body(made) + writer.tail()

    for owner in (one, one, other):
        await import_(storage, owner, form, text)

    there = await bodies(storage, one, *THEIR_OWN, "id")
    assert len(there) == len(made)
    assert {body["id"] for body in await bodies(storage, one)}.isdisjoint(
        str(task.id) for task in made
    )

    def key(body: Body) -> str:
        return json.dumps(body, sort_keys=True)

    assert sorted(there, key=key) == sorted(await bodies(storage, other, *THEIR_OWN, "id"), key=key)


async def test_a_task_in_the_trash_stays_there_and_an_erased_one_comes_back(
    storage: Opened, form: Format
) -> None:
    owner, task = an_owner(), a_task()
    await keep(storage, owner, [task])
    text = await export(storage, owner, form)
    ((id),) = [t.id async for batch in storage.container.export_tasks()(owner) for t in batch]

    await storage.tasks.update(owner, id, lambda t: t.trash(at=LATER), by=owner)
    in_trash = await import_(storage, owner, form, text)
    await storage.trash.erase(owner, id)
    erased = await import_(storage, owner, form, text)

    assert (in_trash, erased) == (Imported(trashed=1), Imported(new=1))
    assert len(await bodies(storage, owner)) == 1


async def test_of_imports_at_once_each_task_is_there_once(storage: Opened) -> None:
    owner = an_owner()
    records = [
        Record(n, {"id": str(n), "title": str(n), "created_at": "2026-11-21T09:30:00Z"})
        for n in range(1, 451)
    ]
    import_tasks = storage.container.import_tasks()

    done = await asyncio.gather(*(import_tasks(owner, lambda: records) for _ in range(3)))

    titles = [body["title"] for body in await bodies(storage, owner)]
    assert sorted(titles) == sorted(str(n) for n in range(1, 451))
    assert sum(imported.new for imported in done) == len(records)
    assert {imported.total for imported in done} == {len(records)}
    assert await storage.journal.position(owner) == len(records)


async def test_what_was_imported_is_kept_in_the_journal_as_long_as_any_change(
    storage: Opened,
) -> None:
    owner = an_owner()
    records = [Record(1, {"title": "old", "created_at": "2020-01-01T00:00:00Z", "completed": True})]

    await storage.container.import_tasks()(owner, lambda: records)

    entries = await storage.journal.entries(owner, after=0, limit=9)
    assert [entry.position for entry in entries] == [1, 2]
    assert min(entry.at for entry in entries) == LATER > DAWN
