"""What a change keeps, clears and leaves alone (contract §2): RFC 7396, and the toggle."""

import pytest

from tests.http.answers import named, refusal
from tests.http.api import Json, User, path_of

FULL: Json = {
    "title": "Buy milk",
    "description": "2 l",
    "priority": "high",
    "due_date": "2026-12-01",
    "tags": ["home", "shop"],
}


@pytest.fixture
async def task(alice: User) -> Json:
    return await alice.create(**FULL)


async def unchanged(alice: User, task: Json) -> bool:
    """Whether the task is the very one it was, and so is its tag."""
    answer = await alice.send("GET", path_of(task))
    return bool(answer.json() == task and answer.headers["etag"] == f'"{task["version"]}"')


@pytest.mark.parametrize(
    ("member", "cleared"),
    [("description", None), ("due_date", None), ("priority", "none"), ("tags", [])],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_null_clears_one_member_and_keeps_the_others(
    alice: User, task: Json, method: str, member: str, cleared: object
) -> None:
    answer = await alice.send(method, path_of(task), json={member: None})

    changed = answer.json()
    assert changed == task | {
        member: cleared, "version": 2, "updated_at": changed["updated_at"]
    }  # fmt: skip


async def test_null_in_a_new_task_is_as_if_nothing_was_said(alice: User) -> None:
    task = await alice.create(description=None, due_date=None, priority=None, tags=None)

    said = {name: task[name] for name in ("description", "due_date", "priority", "tags")}
    assert said == {"description": None, "due_date": None, "priority": "none", "tags": []}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("member", ["title", "completed"])
async def test_what_a_task_always_has_cannot_be_cleared(
    alice: User, task: Json, method: str, member: str
) -> None:
    answer = await alice.send(method, path_of(task), json={member: None})

    assert named(answer) == [f"#/{member}"]
    assert await unchanged(alice, task)


async def test_a_whole_task_can_be_sent_back(alice: User, task: Json) -> None:
    answer = await alice.send("PUT", path_of(task), json=task | {"priority": "low"})

    changed = answer.json()
    assert changed == task | {
        "priority": "low", "version": 2, "updated_at": changed["updated_at"]
    }  # fmt: skip


async def test_members_that_the_service_keeps_are_ignored_whatever_they_are(
    alice: User, task: Json
) -> None:
    nonsense = {
        "id": 5, "user_id": "somebody", "version": -1, "completed_at": [],
        "created_at": {"a": None}, "updated_at": "never",
    }  # fmt: skip

    copy = await alice.create(**task | nonsense)
    answer = await alice.send("PATCH", path_of(task), json=nonsense)

    assert copy["id"] != task["id"]
    assert copy["version"] == 1
    assert copy["user_id"] == alice.subject
    assert answer.json() == task


@pytest.mark.parametrize(
    "said", [{}, FULL, {"title": "  Buy milk\n"}, {"completed": False}, {"version": 7}]
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_saying_what_is_so_already_changes_nothing(
    alice: User, task: Json, method: str, said: Json
) -> None:
    answer = await alice.send(method, path_of(task), json=said)

    assert answer.json() == task
    assert answer.headers["etag"] == '"1"'
    assert await unchanged(alice, task)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "a/b; c"])
async def test_complete_without_a_body_toggles_whatever_the_content_type(
    alice: User, task: Json, content_type: str
) -> None:
    done = await alice.send(
        "PATCH", f"{path_of(task)}/complete", content=b"", headers={"content-type": content_type}
    )

    assert done.status_code == 200
    assert done.json()["completed"] is True


@pytest.mark.parametrize("body", [b"{}", b" {\n} ", b'{"version": 1, "id": null}'])
async def test_complete_with_an_object_that_says_nothing_toggles(
    alice: User, task: Json, body: bytes
) -> None:
    done = await alice.send("PATCH", f"{path_of(task)}/complete", content=body)
    reopened = await alice.send("PATCH", f"{path_of(task)}/complete", content=body)

    assert [done.json()["completed"], reopened.json()["completed"]] == [True, False]


@pytest.mark.parametrize("completed", [True, False])
async def test_complete_sets_and_setting_it_again_changes_nothing(
    alice: User, task: Json, completed: bool
) -> None:
    path = f"{path_of(task)}/complete"
    await alice.send("PATCH", path, json={"completed": not completed})

    first = await alice.send("PATCH", path, json={"completed": completed})
    again = await alice.send("PATCH", path, json={"completed": completed})

    assert first.json()["completed"] is completed
    assert again.json() == first.json()
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_giving_completed_does_what_complete_does(
    alice: User, task: Json, method: str
) -> None:
    done = (await alice.send(method, path_of(task), json={"completed": True})).json()
    edited = (
        await alice.send(method, path_of(task), json={"title": "x", "completed": True})
    ).json()
    reopened = (await alice.send(method, path_of(task), json={"completed": False})).json()

    assert done["completed_at"] == done["updated_at"]
    assert edited["completed_at"] == done["completed_at"] < edited["updated_at"]
    assert (reopened["completed"], reopened["completed_at"]) == (False, None)


@pytest.mark.parametrize("body", [b" ", b"\n", b"{", b"null,"])
async def test_complete_takes_no_body_or_json(alice: User, task: Json, body: bytes) -> None:
    answer = await alice.send("PATCH", f"{path_of(task)}/complete", content=body)

    assert refusal(answer) == (400, "not_json")
    assert await unchanged(alice, task)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"completed": None}, ["#/completed"]),
        ({"completed": 1}, ["#/completed"]),
        ({"completed": "true"}, ["#/completed"]),
        ({"title": "x"}, ["#/title"]),
        ({"done": True, "completed": "yes"}, ["#/done", "#/completed"]),
        ([], ["#"]),
        (True, ["#"]),
    ],
)
async def test_complete_refuses_what_it_does_not_understand(
    alice: User, task: Json, body: object, pointers: list[str]
) -> None:
    answer = await alice.send("PATCH", f"{path_of(task)}/complete", json=body)

    assert named(answer) == pointers
    assert await unchanged(alice, task)
