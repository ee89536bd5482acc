"""Deleting, and thinking better of it (contract §6)."""

import pytest

from tests.builders import an_id
from tests.http.answers import INSTANT, named, refusal
from tests.http.api import Json, User, container, in_process, path_of

NOT_FOUND = (404, "task_not_found")
KEY = {"idempotency-key": "k-1"}


async def trash(user: User, query: str = "") -> list[Json]:
    answer = await user.send("GET", f"/trash{query}")
    assert answer.status_code == 200, answer.text
    tasks: list[Json] = answer.json()
    return tasks


async def deleted(user: User, title: str = "Buy milk") -> Json:
    task = await user.create(title)
    answer = await user.send("DELETE", path_of(task))
    assert (answer.status_code, answer.content) == (204, b"")
    return task


async def test_what_was_deleted_is_in_the_trash_and_nowhere_else(user: User) -> None:
    task = await deleted(user)

    (found,) = await trash(user)

    assert found == task | {
        "version": 2, "updated_at": found["updated_at"], "deleted_at": found["updated_at"]
    }  # fmt: skip
    assert INSTANT.fullmatch(found["deleted_at"])
    assert (await user.send("GET")).json() == []
    for method, path in [("GET", ""), ("DELETE", ""), ("PATCH", ""), ("PATCH", "/complete")]:
        body: Json | None = {} if method == "PATCH" else None
        assert refusal(await user.send(method, path_of(task) + path, json=body)) == NOT_FOUND


async def test_links_lead_through_the_pages_newest_deletion_first(user: User) -> None:
    gone = [await deleted(user, str(n)) for n in range(5)]
    path, pages = "/trash?limit=2", []

    while path:
        answer = await user.send("GET", path)
        pages.append([task["title"] for task in answer.json()])
        link = answer.headers.get("link", "")
        assert not link or link.startswith(f"<{user.base}/trash?limit=2&cursor=")
        path = link[1:].partition(">")[0].removeprefix(user.base)
        if len(pages) == 1:
            await user.send("DELETE", f"{path_of(gone[3])}?permanent=true")

    assert pages == [["4", "3"], ["2", "1"], ["0"]]


@pytest.mark.parametrize(
    ("query", "bad"),
    [
        ("?cursor=x", "cursor"),
        ("?cursor=1-" + "0" * 31, "cursor"),
        ("?cursor=" + "9" * 18 + "-" + "0" * 32, "cursor"),
        ("?cursor=-1-" + "0" * 32, "cursor"),
        ("?limit=0", "limit"),
        ("?q=x", "q"),
    ],
)
async def test_a_bad_parameter_is_refused_by_name(alice: User, query: str, bad: str) -> None:
    assert named(await alice.send("GET", f"/trash{query}")) == [bad]


async def test_a_restored_task_is_what_it_was_in_a_version_of_its_own(user: User) -> None:
    task = await deleted(user)

    answer = await user.send("POST", f"{path_of(task)}/restore")

    back = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    assert back == task | {"version": 3, "updated_at": back["updated_at"]}
    assert await user.read(task) == back
    assert await trash(user) == []


@pytest.mark.parametrize("content", [b"", b"{}", b" {} "])
async def test_restoring_what_is_there_changes_nothing(alice: User, content: bytes) -> None:
    task = await alice.create()

    answer = await alice.send("POST", f"{path_of(task)}/restore", content=content)

    assert (answer.status_code, answer.json()) == (200, task)


async def test_a_restore_has_nothing_to_say(alice: User) -> None:
    task = await deleted(alice)
    path = f"{path_of(task)}/restore"

    assert named(await alice.send("POST", path, json={"title": "x"})) == ["#/title"]
    assert named(await alice.send("POST", f"{path}?permanent=true")) == ["permanent"]
    assert refusal(await alice.send("POST", path, content=b"[]")) in {
        (422, "validation"), (400, "not_json")
    }  # fmt: skip
    assert len(await trash(alice)) == 1


async def test_if_match_holds_for_a_restore(alice: User) -> None:
    task = await deleted(alice)
    path = f"{path_of(task)}/restore"

    refused = await alice.send("POST", path, headers={"if-match": '"1"'})
    taken = await alice.send("POST", path, headers={"if-match": '"2"'})

    assert refusal(refused) == (412, "version_mismatch")
    assert (taken.status_code, taken.headers["etag"]) == (200, '"3"')


async def test_C04_a_restore_sent_again_gets_the_first_answer(alice: User) -> None:
    task = await deleted(alice)
    path = f"{path_of(task)}/restore"

    first = await alice.send("POST", path, headers=KEY)
    await alice.send("DELETE", path_of(task))
    again = await alice.send("POST", path, headers=KEY)

    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len(await trash(alice)) == 1


async def test_C05_restore_after_erasure_and_of_what_never_was_is_not_found(alice: User) -> None:
    task = await deleted(alice)
    await alice.send("DELETE", f"{path_of(task)}?permanent=true")

    for id in (task["id"], str(an_id()), "nonsense"):
        assert refusal(await alice.send("POST", f"{path_of(id)}/restore")) == NOT_FOUND


async def test_I10_the_trash_of_another_cannot_be_seen_restored_or_erased(
    alice: User, bob: User
) -> None:
    task = await deleted(bob)
    posing = User(alice.client, bob.subject, alice.token)

    assert await trash(alice) == []
    for method, path in [
        ("POST", f"{path_of(task)}/restore"), ("DELETE", f"{path_of(task)}?permanent=true")
    ]:  # fmt: skip
        assert refusal(await alice.send(method, path)) == NOT_FOUND
        assert refusal(await posing.send(method, path)) == (403, "forbidden")
    assert refusal(await posing.send("GET", "/trash")) == (403, "forbidden")
    assert [found["id"] for found in await trash(bob)] == [task["id"]]


@pytest.mark.parametrize("from_the_trash", [False, True])
async def test_a_permanent_deletion_leaves_nothing_but_a_tombstone(
    user: User, from_the_trash: bool
) -> None:
    since = (await user.send("GET", "/changes")).json()["next"]
    task = await (deleted(user) if from_the_trash else user.create())

    answer = await user.send("DELETE", f"{path_of(task)}?permanent=true")

    assert (answer.status_code, answer.content) == (204, b"")
    assert await trash(user) == []
    assert refusal(await user.send("DELETE", f"{path_of(task)}?permanent=true")) == NOT_FOUND
    told = (await user.send("GET", f"/changes?since={since}")).json()
    assert told == {"changes": [{"id": task["id"], "deleted": True}], "next": "c2"}


async def test_a_permanent_deletion_obeys_if_match_and_knows_two_words(alice: User) -> None:
    task = await alice.create()
    path = f"{path_of(task)}?permanent=true"

    refused = await alice.send("DELETE", path, headers={"if-match": '"2"'})
    unclear = await alice.send("DELETE", f"{path_of(task)}?permanent=yes")

    assert refusal(refused) == (412, "version_mismatch")
    assert named(unclear) == ["permanent"]
    assert await alice.read(task) == task
    answer = await alice.send("DELETE", f"{path_of(task)}?permanent=false")
    assert answer.status_code == 204
    assert len(await trash(alice)) == 1


async def test_a_trash_that_keeps_nothing_erases_at_once() -> None:
    async with in_process(container(TRASH_DAYS="0")) as api:
        alice = api.user()
        one, two = await alice.create(), await alice.create()

        answer = await alice.send("DELETE", path_of(one))
        batch = {"operations": [{"op": "delete", "id": two["id"]}]}
        done = await alice.send("POST", "/tasks/batch", json=batch)

        assert (answer.status_code, done.status_code) == (204, 200)
        assert await trash(alice) == []
        for task in (one, two):
            assert refusal(await alice.send("POST", f"{path_of(task)}/restore")) == NOT_FOUND
        told = (await alice.send("GET", "/changes?since=c0")).json()["changes"]
        assert told == [{"id": task["id"], "deleted": True} for task in (one, two)]


async def test_restoring_is_refused_where_there_are_as_many_as_allowed() -> None:
    async with in_process(container(MAX_TASKS_PER_OWNER="1")) as api:
        alice = api.user()
        gone = await deleted(alice)
        there = await alice.create()

        refused = await alice.send("POST", f"{path_of(gone)}/restore", headers=KEY)
        same = await alice.send("POST", f"{path_of(there)}/restore")
        await alice.send("DELETE", path_of(there))
        taken = await alice.send("POST", f"{path_of(gone)}/restore", headers=KEY)

        assert refusal(refused) == (409, "too_many_tasks")
        assert (same.status_code, same.json()) == (200, there)
        assert (taken.status_code, taken.json()["version"]) == (200, 3)
