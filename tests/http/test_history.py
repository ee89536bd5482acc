"""What was done to a task, and going back to it (contract §6)."""

import asyncio
from datetime import timedelta

import pytest

from domain.owner import Owner
from tests.builders import an_id
from tests.http.answers import INSTANT, named, refusal
from tests.http.api import Json, User, container, in_process, path_of

NOT_FOUND = (404, "task_not_found")
KEY = {"idempotency-key": "k-1"}


async def history(user: User, task: Json, query: str = "") -> list[Json]:
    answer = await user.send("GET", f"{path_of(task)}/history{query}")
    assert answer.status_code == 200, answer.text
    steps: list[Json] = answer.json()
    return steps


async def edited(user: User) -> Json:
    """A task in version 4, which said a, b, b and done, and c and done."""
    task = await user.create("a", tags=["t"], due_date="2026-12-01")
    for said in ({"title": "b"}, {"completed": True}, {"title": "c", "tags": None}):
        await user.send("PATCH", path_of(task), json=said)
    return await user.read(task)


async def test_every_step_says_what_it_changed(alice: User) -> None:
    task = await edited(alice)
    await alice.send("DELETE", path_of(task))
    await alice.send("POST", f"{path_of(task)}/restore")
    await alice.send("POST", f"{path_of(task)}/revert", json={"version": 1})

    steps = await history(alice, task)

    assert [(step["version"], step["action"], step["changed"]) for step in steps] == [
        (
            7,
            "revert",
            {
                "title": {"from": "c", "to": "a"},
                "tags": {"from": [], "to": ["t"]},
                "completed": {"from": True, "to": False},
            },
        ),
        (6, "restore", {}),
        (5, "delete", {}),
        (4, "edit", {"title": {"from": "b", "to": "c"}, "tags": {"from": ["t"], "to": []}}),
        (3, "complete", {"completed": {"from": False, "to": True}}),
        (2, "edit", {"title": {"from": "a", "to": "b"}}),
        (
            1,
            "create",
            {
                "title": {"from": None, "to": "a"},
                "due_date": {"from": None, "to": "2026-12-01"},
                "tags": {"from": None, "to": ["t"]},
            },
        ),
    ]
    assert all(step.keys() == {"version", "at", "by", "action", "changed"} for step in steps)
    assert all(INSTANT.fullmatch(step["at"]) for step in steps)
    assert {step["by"] for step in steps} == {alice.subject}


async def test_links_lead_through_the_pages(user: User) -> None:
    task = await edited(user)
    path, versions = f"{path_of(task)}/history?limit=2", []

    while path:
        answer = await user.send("GET", path)
        versions.append([step["version"] for step in answer.json()])
        link = answer.headers.get("link", "")
        assert not link or link.startswith(f"<{user.base}{path_of(task)}/history?limit=2&cursor=")
        path = link[1:].partition(">")[0].removeprefix(user.base)

    assert versions == [[4, 3], [2, 1]]


@pytest.mark.parametrize(
    ("query", "bad"),
    [
        ("?cursor=x", ["cursor"]),
        ("?cursor=0", ["cursor"]),
        ("?cursor=", ["cursor"]),
        ("?cursor=" + "9" * 19, ["cursor"]),
        ("?limit=501&cursor=-1", ["cursor", "limit"]),
        ("?since=c1", ["since"]),
    ],
)
async def test_a_bad_parameter_is_refused_by_name(alice: User, query: str, bad: list[str]) -> None:
    task = await alice.create()

    assert named(await alice.send("GET", f"{path_of(task)}/history{query}")) == bad


async def test_I09_the_cursor_of_another_task_shows_nothing_of_it(alice: User, bob: User) -> None:
    mine, other, foreign = await edited(alice), await alice.create(), await edited(bob)

    for cursor in range(1, 7):
        steps = await history(alice, other, f"?cursor={cursor}")
        assert [step for step in steps if step["action"] != "create"] == []
    for verb, path, body in [
        ("GET", f"{path_of(foreign)}/history", None),
        ("POST", f"{path_of(foreign)}/revert", {"version": 1}),
        ("POST", f"{path_of(foreign)}/restore", {}),
    ]:
        assert refusal(await alice.send(verb, path, json=body)) == NOT_FOUND
        assert refusal(
            await User(alice.client, bob.subject, alice.token).send(verb, path, json=body)
        ) == (403, "forbidden")
    assert (await bob.read(foreign)) == foreign
    assert (await alice.read(mine)) == mine


async def test_what_is_not_there_has_no_history_and_cannot_be_reverted(alice: User) -> None:
    task = await alice.create()
    await alice.send("DELETE", path_of(task))

    for id in (task["id"], str(an_id()), "nonsense"):
        assert refusal(await alice.send("GET", f"{path_of(id)}/history")) == NOT_FOUND
        answer = await alice.send("POST", f"{path_of(id)}/revert", json={"version": 1})
        assert refusal(answer) == NOT_FOUND


@pytest.mark.parametrize("version", [1, 2, 3])
async def test_a_revert_brings_back_what_the_task_said(user: User, version: int) -> None:
    task = await edited(user)
    was = {1: ("a", ["t"], False), 2: ("b", ["t"], False), 3: ("b", ["t"], True)}[version]

    answer = await user.send("POST", f"{path_of(task)}/revert", json={"version": version})

    back = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"5"')
    assert (back["title"], back["tags"], back["completed"]) == was
    assert (back["version"], back["due_date"]) == (5, "2026-12-01")
    assert back["created_at"] == task["created_at"]
    assert back["updated_at"] > task["updated_at"]
    assert back == await user.read(task)


async def test_to_the_present_version_nothing_changes(alice: User) -> None:
    task = await edited(alice)

    answer = await alice.send("POST", f"{path_of(task)}/revert", json={"version": 4})

    assert (answer.status_code, answer.json()) == (200, task)
    assert len(await history(alice, task)) == 4


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        ({"version": 5}, ["#/version"]),
        ({"version": 10**30}, ["#/version"]),
        ({"version": 0}, ["#/version"]),
        ({"version": -1}, ["#/version"]),
        ({"version": True}, ["#/version"]),
        ({"version": "1"}, ["#/version"]),
        ({"version": 1.5}, ["#/version"]),
        ({"version": None}, ["#/version"]),
        ({}, ["#/version"]),
        ({"version": 1, "title": "x"}, ["#/title"]),
    ],
)
async def test_a_version_that_never_was_is_refused_by_name(
    alice: User, body: Json, bad: list[str]
) -> None:
    task = await edited(alice)

    assert named(await alice.send("POST", f"{path_of(task)}/revert", json=body)) == bad
    assert await alice.read(task) == task


async def test_if_match_holds_for_a_revert(alice: User) -> None:
    task = await edited(alice)
    path, body = f"{path_of(task)}/revert", {"version": 1}

    refused = await alice.send("POST", path, json=body, headers={"if-match": '"3"'})
    taken = await alice.send("POST", path, json=body, headers={"if-match": 'W/"4"'})

    assert refusal(refused) == (412, "version_mismatch")
    assert taken.json()["version"] == 5


async def test_C04_a_revert_sent_again_gets_the_first_answer(alice: User) -> None:
    task = await edited(alice)
    path = f"{path_of(task)}/revert"
    said = {**KEY, "if-match": '"4"'}

    answers = await asyncio.gather(
        *(alice.send("POST", path, json={"version": 1}, headers=said) for _ in range(10))
    )
    await alice.send("PATCH", path_of(task), json={"title": "new"})
    again = await alice.send("POST", path, json={"version": 1}, headers=said)
    other = await alice.send("POST", path, json={"version": 2}, headers=said)

    assert {(a.status_code, a.content, a.headers["etag"]) for a in (*answers, again)} == {
        (200, again.content, '"5"')
    }
    replayed = [a for a in answers if "idempotency-replayed" in a.headers]
    assert (len(replayed), again.headers["idempotency-replayed"]) == (9, "true")
    assert refusal(other) == (422, "idempotency_key_reused")


async def test_what_the_journal_no_longer_keeps_is_gone() -> None:
    made = container()
    async with in_process(made) as api:
        alice = api.user()
        task = await edited(alice)
        tomorrow = made.now()() + timedelta(days=1)
        await made.journal().trim(Owner(alice.subject), before=tomorrow, limit=2)

        gone = await alice.send("POST", f"{path_of(task)}/revert", json={"version": 1})
        kept = await alice.send("POST", f"{path_of(task)}/revert", json={"version": 2})

        assert refusal(gone) == (410, "history_gone")
        assert (kept.status_code, kept.json()["title"]) == (200, "b")
        assert [step["version"] for step in await history(alice, task)] == [5, 4, 3]
