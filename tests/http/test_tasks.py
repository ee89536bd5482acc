"""The six endpoints do what the contract says (§1, §2), in each form of their paths."""

from datetime import datetime
from urllib.parse import quote

import pytest

from tests.builders import NOBODYS
from tests.http.answers import INSTANT, UUID_V7, refusal
from tests.http.api import Json, User, path_of

MEMBERS = [
    "id", "user_id", "title", "description", "priority", "due_date", "tags",
    "completed", "completed_at", "created_at", "updated_at", "version",
]  # fmt: skip


async def test_a_new_task_has_every_member_of_the_contract_and_no_other(user: User) -> None:
    answer = await user.send("POST", json={"title": "Buy milk"})

    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    task = answer.json()
    assert list(task) == MEMBERS
    assert UUID_V7.fullmatch(task.pop("id"))
    assert INSTANT.fullmatch(task["created_at"])
    assert task.pop("updated_at") == task.pop("created_at")
    assert task == {
        "user_id": user.subject,
        "title": "Buy milk",
        "description": None,
        "priority": "none",
        "due_date": None,
        "tags": [],
        "completed": False,
        "completed_at": None,
        "version": 1,
    }


async def test_everything_said_comes_back_and_can_be_read_and_listed(user: User) -> None:
    said: Json = {
        "title": "Zahnarzt 🦷 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
        "description": "line\n\ttab\r\n  spaces stay  ",
        "priority": "urgent",
        "due_date": "2026-12-01",
        "tags": ["home", "Home", "b", "a"],
        "completed": True,
    }

    task = await user.create(**said)

    assert {name: task[name] for name in said} == said
    assert task["completed_at"] == task["created_at"]
    assert await user.read(task) == task
    assert (await user.send("GET")).json() == [task]


async def test_location_leads_to_the_task_in_the_form_of_the_request(user: User) -> None:
    answer = await user.send("POST", json={"title": "Buy milk"})

    location = answer.headers["location"]
    assert location == f"{user.base}/tasks/{answer.json()['id']}"
    assert "|" not in location
    led_to = await user.client.get(location, headers={"authorization": f"Bearer {user.token}"})
    assert led_to.json() == answer.json()


async def test_the_list_is_newest_first_and_empty_for_a_new_user(user: User) -> None:
    assert (await user.send("GET")).json() == []

    for title in ("first", "second", "third"):
        await user.create(title)

    listed = (await user.send("GET")).json()
    assert [task["title"] for task in listed] == ["third", "second", "first"]


async def test_the_link_to_the_next_page_is_in_the_form_of_the_request(user: User) -> None:
    tasks = [await user.create(str(n)) for n in range(3)]

    first = await user.send("GET", "/tasks?limit=2")

    assert first.json() == [tasks[2], tasks[1]]
    assert first.links["next"]["url"].startswith(f"{user.base}/tasks?limit=2&cursor=")
    following = first.links["next"]["url"].removeprefix(user.base)
    second = await user.send("GET", following)
    assert second.json() == [tasks[0]]
    assert "link" not in second.headers


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_put_and_patch_change_the_members_given_and_keep_the_others(
    user: User, method: str
) -> None:
    task = await user.create(description="2 l", priority="high", tags=["home"])

    answer = await user.send(method, path_of(task), json={"title": "Buy oat milk"})

    changed = answer.json()
    assert answer.status_code == 200
    assert changed["updated_at"] > task["updated_at"]
    assert changed == task | {
        "title": "Buy oat milk", "version": 2, "updated_at": changed["updated_at"]
    }  # fmt: skip
    assert await user.read(task) == changed


async def test_complete_toggles_there_and_back(user: User) -> None:
    task = await user.create()

    done = (await user.send("PATCH", f"{path_of(task)}/complete")).json()
    reopened = (await user.send("PATCH", f"{path_of(task)}/complete")).json()

    assert (done["completed"], done["version"]) == (True, 2)
    assert done["completed_at"] == done["updated_at"] > task["updated_at"]
    assert (reopened["completed"], reopened["completed_at"]) == (False, None)
    assert await user.read(task) == reopened


async def test_a_deleted_task_is_gone_for_every_verb(user: User) -> None:
    task, kept = await user.create(), await user.create("stays")

    deleted = await user.send("DELETE", path_of(task))

    assert deleted.status_code == 204
    assert deleted.content == b""
    for method, path in [
        ("GET", ""), ("PUT", ""), ("PATCH", ""), ("DELETE", ""), ("PATCH", "/complete"),
    ]:  # fmt: skip
        json = {"title": "back"} if method in {"PUT", "PATCH"} and not path else {}
        answer = await user.send(method, path_of(task) + path, json=json)
        assert refusal(answer) == (404, "task_not_found")
    assert (await user.send("GET")).json() == [kept]


async def test_all_forms_of_the_paths_lead_to_the_same_task(user: User) -> None:
    task = await user.create()
    subject = quote(user.subject, safe="")

    for base in (f"/api/v1/{subject}", f"/api/{subject}", "/api/v1", "/api"):
        assert (await user.at(base).send("GET", path_of(task))).json() == task


@pytest.mark.parametrize(
    "id", [str(NOBODYS), "1", "abc", "00000000-0000-0000-0000-000000000000", "null", "٠" * 36]
)
async def test_an_id_that_nobody_has_and_one_that_nobody_can_have_are_not_found(
    alice: User, id: str
) -> None:
    for method in ("GET", "DELETE"):
        assert refusal(await alice.send(method, path_of(id))) == (404, "task_not_found")


async def test_instants_follow_each_other(alice: User) -> None:
    first, second = await alice.create(), await alice.create()
    changed = (await alice.send("PATCH", path_of(first), json={"title": "later"})).json()

    instants = [first["created_at"], second["created_at"], changed["updated_at"]]
    assert instants == sorted(set(instants))
    assert all(datetime.fromisoformat(instant).tzinfo for instant in instants)
