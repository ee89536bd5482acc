"""The description of the journal, the trash and batches is true to what the server does."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from domain.owner import Owner
from tests.builders import an_id
from tests.http.api import Api, Json, User, container, in_process, path_of
from tests.http.schemas import conforms, described

DOCUMENTED = ("/api/v1/{user_id}", "/api/v1")

Way = tuple[str, str, dict[str, Any]]


def ways_of_the_journal(task: Json) -> Iterator[tuple[int, Way]]:
    """The same, below the journal and the trash; the task is in version 1."""
    changes, stream, trash, batch = "/changes", "/changes/stream", "/trash", "/tasks/batch"
    one, history = "/tasks/{id}", "/tasks/{id}/history"
    revert, restore = "/tasks/{id}/revert", "/tasks/{id}/restore"
    mine, foreign = {"id": task["id"]}, {"id": str(an_id())}
    for path in (changes, history, trash):
        yield 200, (path, "get", {})
        yield 200, (f"{path}?limit=1", "get", {})
    for path, verb in [
        *((path, "get") for path in (changes, stream, history, trash)),
        *((path, "post") for path in (revert, restore, batch)),
    ]:
        yield 401, (path, verb, {"headers": {"authorization": ""}})
        yield 431, (path, verb, {"headers": {"x-long": "x" * 17_000}})
        yield 422, (f"{path}?nonsense=1", verb, {"json": {}} if verb == "post" else {})
    for path in (changes, stream):
        yield 422, (f"{path}?since=x", "get", {})
        yield 410, (f"{path}?since=c99", "get", {})
    yield 422, (stream, "get", {"headers": {"last-event-id": "x"}})
    for path, good, bad in [
        (revert, {"version": 1}, {"version": 0}),
        (restore, {}, {"x": 1}),
        (batch, {"operations": [{"op": "complete", **mine}]}, {"operations": []}),
    ]:
        yield 200, (path, "post", {"json": good})
        yield 200, (path, "post", {"json": good, "headers": {"idempotency-key": path}})
        yield 200, (path, "post", {"json": good, "headers": {"idempotency-key": path}})
        yield 422, (path, "post", {"json": bad})
        yield 400, (path, "post", {"content": b"{"})
        yield 413, (path, "post", {"content": b" " * (4 * 1024 * 1024 + 1)})
        yield 415, (path, "post", {"content": b"x", "headers": {"content-type": "text/plain"}})
    for path in (revert, restore):
        said = {"version": 1} if path == revert else {}
        yield 412, (path, "post", {"json": said, "headers": {"if-match": '"99"'}})
    yield (
        412,
        (batch, "post", {"json": {"operations": [{"op": "delete", **mine, "if_version": 9}]}}),
    )
    yield 404, (batch, "post", {"json": {"operations": [{"op": "delete", **foreign}]}})
    everything = [
        {"op": "create", "task": {"title": "x"}},
        {"op": "edit", **mine, "task": {"title": "y"}},
        {"op": "delete", **mine},
    ]
    yield 200, (f"{batch}?dry_run=true", "post", {"json": {"operations": everything}})
    yield 200, (batch, "post", {"json": {"operations": everything}})
    yield 200, (trash, "get", {})
    yield 200, (f"{changes}?since=c0", "get", {})
    yield 404, (history, "get", {})
    yield 404, (revert, "post", {"json": {"version": 1}})
    yield 204, (f"{one}?permanent=true", "delete", {})
    yield 404, (f"{one}?permanent=true", "delete", {})
    yield 404, (restore, "post", {})


@pytest.mark.parametrize("base", DOCUMENTED)
async def test_every_answer_of_the_journal_is_one_that_is_described(
    api: Api, document: Json, base: str
) -> None:
    alice = api.user(form=base)
    await alice.create("another")
    task = await alice.create(due_date="2026-12-01", tags=["a"])

    for status, (path, verb, said) in ways_of_the_journal(task):
        answer = await alice.send(verb.upper(), path.replace("{id}", task["id"]), **said)
        assert answer.status_code == status, (path, verb, said, answer.text)
        described(document, f"{base}{path.partition('?')[0]}", verb, answer)

    stranger = User(alice.client, "somebody", alice.token)
    for path, verb in [("/changes", "get"), ("/changes/stream", "get"), ("/tasks/batch", "post")]:
        answer = await stranger.send(verb.upper(), path)
        described(document, f"{DOCUMENTED[0]}{path}", verb, answer)


async def test_what_the_quota_refuses_and_what_is_no_longer_kept_is_described(
    document: Json,
) -> None:
    made = container(MAX_TASKS_PER_OWNER="1")
    async with in_process(made) as api:
        alice = api.user()
        gone = await alice.create()
        await alice.send("DELETE", path_of(gone))
        task = await alice.create()
        await alice.send("PATCH", path_of(task), json={"title": "new"})
        owner, tomorrow = Owner(alice.subject), made.now()() + timedelta(days=1)
        await made.journal().trim(owner, before=tomorrow, limit=9)
        new = {"op": "create", "task": {"title": "x"}}

        for status, path, id, body in [
            (409, "/tasks/{id}/restore", gone["id"], {}),
            (409, "/tasks/batch", "", {"operations": [new]}),
            (410, "/tasks/{id}/revert", task["id"], {"version": 1}),
        ]:
            answer = await alice.send("POST", path.replace("{id}", id), json=body)
            assert answer.status_code == status
            described(document, f"{DOCUMENTED[0]}{path}", "post", answer)


@pytest.mark.parametrize(
    ("name", "body", "fits"),
    [
        ("Batch", {"operations": [{"op": "create", "task": {"title": "x"}}]}, True),
        ("Batch", {"operations": [{"op": "complete", "id": str(an_id())}]}, True),
        ("Batch", {"operations": [{"op": "delete", "id": str(an_id()), "if_version": 1}]}, True),
        ("Batch", {"operations": [{"op": "edit", "id": str(an_id()), "task": {}}]}, True),
        ("Batch", {"operations": []}, False),
        ("Batch", {"operations": [{"op": "create"}]}, False),
        ("Batch", {"operations": [{"op": "edit", "task": {}}]}, False),
        ("Batch", {"operations": [{"op": "destroy", "id": str(an_id())}]}, False),
        ("Batch", {"operations": [{"op": "delete", "id": str(an_id()), "task": {}}]}, False),
        ("Reversion", {"version": 1}, True),
        ("Reversion", {"version": 0}, False),
        ("Reversion", {}, False),
        ("Nothing", {}, True),
        ("Nothing", {"x": 1}, False),
    ],
)
async def test_bodies_of_the_journal_are_what_is_described(
    memory_api: Api, document: Json, name: str, body: Json, fits: bool
) -> None:
    alice = memory_api.user()
    task = await alice.create()
    one = path_of(task)
    path = {"Batch": "/tasks/batch?dry_run=true", "Reversion": f"{one}/revert"}.get(
        name, f"{one}/restore"
    )

    answer = await alice.send("POST", path, json=body)

    assert conforms(document, body, document["components"]["schemas"][name]) is fits
    assert (answer.status_code != 422) is fits
