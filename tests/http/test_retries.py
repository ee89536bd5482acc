"""`Idempotency-Key` (contract §4): what was done is answered again, and not done again."""

import asyncio
from datetime import timedelta

import pytest
from httpx2 import Response

from tests.builders import an_id
from tests.http.answers import refusal
from tests.http.api import FORMS, Api, Json, User, path_of
from tests.http.clock import Clock, living_by

KEY = {"idempotency-key": "k-1"}
REUSED = (422, "idempotency_key_reused")
WRITES = [
    pytest.param("POST", "/tasks", b'{"title": "new"}', id="POST"),
    pytest.param("PUT", "/tasks/{id}", b'{"title": "new"}', id="PUT"),
    pytest.param("PATCH", "/tasks/{id}", b'{"title": "new"}', id="PATCH"),
    pytest.param("PATCH", "/tasks/{id}/complete", b"", id="toggle"),
    pytest.param("PATCH", "/tasks/{id}/complete", b'{"completed": true}', id="set"),
]


@pytest.fixture
async def task(alice: User) -> Json:
    return await alice.create("old")


def told(answer: Response) -> tuple[int, bytes, str | None, str]:
    """What a retry must get again."""
    headers = answer.headers
    return answer.status_code, answer.content, headers.get("location"), headers["etag"]


def is_replay(answer: Response) -> bool:
    return bool(answer.headers.get("idempotency-replayed") == "true")


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_C04_a_retry_gets_the_first_answer_whatever_came_since(
    alice: User, task: Json, method: str, path: str, body: bytes
) -> None:
    path = path.format(id=task["id"])
    first = await alice.send(method, path, content=body, headers=KEY)
    made = first.json()

    at_once = await alice.send(method, path, content=body, headers=KEY)
    there = (await alice.send("GET")).json()
    await alice.send("PATCH", path_of(made), json={"title": "changed"})
    after_a_change = await alice.send(method, path, content=body, headers=KEY)
    now = await alice.read(made)
    await alice.send("DELETE", path_of(made))
    after_its_end = await alice.send(method, path, content=body, headers=KEY)

    assert first.is_success
    assert not is_replay(first)
    for again in (at_once, after_a_change, after_its_end):
        assert told(again) == told(first)
        assert is_replay(again)
    assert made in there
    assert len(there) == (2 if method == "POST" else 1)
    assert (now["title"], now["version"]) == ("changed", made["version"] + 1)


@pytest.mark.parametrize(("method", "path", "body"), WRITES[1:])
async def test_C04_a_retry_is_no_mismatch_though_the_first_try_changed_the_version(
    alice: User, task: Json, method: str, path: str, body: bytes
) -> None:
    said = {**KEY, "if-match": '"1"'}
    path = path.format(id=task["id"])

    first = await alice.send(method, path, content=body, headers=said)
    again = await alice.send(method, path, content=body, headers=said)

    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert told(again) == told(first)


@pytest.mark.parametrize("form", FORMS)
async def test_C04_the_four_forms_of_a_path_are_one(alice: User, form: str) -> None:
    first = await alice.send("POST", json={"title": "x"}, headers=KEY)

    again = await alice.at(form).send("POST", json={"title": "x"}, headers=KEY)

    assert told(again) == told(first)
    assert is_replay(again)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/tasks", b'{"title": "other"}'),
        ("POST", "/tasks", b'{"title":  "new"}'),
        ("PUT", "/tasks/{id}", b'{"title": "new"}'),
        ("PATCH", "/tasks/{other}", b'{"title": "new"}'),
        ("PATCH", "/tasks/{id}/complete", b""),
    ],
)
async def test_C04_a_key_is_good_for_one_request(
    alice: User, task: Json, method: str, path: str, body: bytes
) -> None:
    other = await alice.create("other")
    await alice.send("PATCH", path_of(task), content=b'{"title": "new"}', headers=KEY)
    before = (await alice.send("GET")).json()

    path = path.format(id=task["id"], other=other["id"])
    answer = await alice.send(method, path, content=body, headers=KEY)

    assert refusal(answer) == REUSED
    assert (await alice.send("GET")).json() == before


async def test_C04_a_refused_write_leaves_the_key_free(alice: User, task: Json) -> None:
    refused = [
        await alice.send("POST", json={"title": ""}, headers=KEY),
        await alice.send("POST", content=b"{", headers=KEY),
        await alice.send("PATCH", path_of(str(an_id())), json={"title": "x"}, headers=KEY),
        await alice.send(
            "PATCH", path_of(task), json={"title": "x"}, headers={**KEY, "if-match": '"7"'}
        ),
    ]

    accepted = await alice.send("PATCH", path_of(task), json={"title": "x"}, headers=KEY)

    assert [answer.status_code for answer in refused] == [422, 400, 404, 412]
    assert (accepted.status_code, is_replay(accepted)) == (200, False)


async def test_C04_a_write_that_changes_nothing_is_answered_again_too(
    alice: User, task: Json
) -> None:
    first = await alice.send("PATCH", path_of(task), json={"title": "old"}, headers=KEY)
    await alice.send("PATCH", path_of(task), json={"title": "new"})

    again = await alice.send("PATCH", path_of(task), json={"title": "old"}, headers=KEY)

    assert told(again) == told(first)
    assert (await alice.read(task))["title"] == "new"


async def test_I12_the_same_key_of_another_user_is_another_key(alice: User, bob: User) -> None:
    answers = [
        await user.send("POST", json={"title": "x"}, headers=KEY)
        for user in (alice, bob, alice, bob)
    ]

    assert [is_replay(answer) for answer in answers] == [False, False, True, True]
    assert answers[0].json()["id"] != answers[1].json()["id"] == answers[3].json()["id"]
    assert answers[2].json()["user_id"] == alice.subject


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_C04_of_50_tries_at_once_one_is_done(
    alice: User, task: Json, method: str, path: str, body: bytes
) -> None:
    said = KEY if method == "POST" else {**KEY, "if-match": '"1"'}
    path = path.format(id=task["id"])

    answers = await asyncio.gather(
        *(alice.send(method, path, content=body, headers=said) for _ in range(50))
    )

    there = (await alice.send("GET")).json()
    assert {told(answer) for answer in answers} == {told(answers[0])}
    assert answers[0].is_success
    assert sorted(is_replay(answer) for answer in answers) == [False] + 49 * [True]
    assert sum(task["version"] for task in there) == 2


async def test_C04_of_50_different_requests_with_one_key_one_is_done(alice: User) -> None:
    answers = await asyncio.gather(
        *(alice.send("POST", json={"title": str(n)}, headers=KEY) for n in range(50))
    )

    assert sorted(answer.status_code for answer in answers) == [201] + 49 * [422]
    assert {refusal(answer) for answer in answers if not answer.is_success} == {REUSED}
    assert len((await alice.send("GET")).json()) == 1


async def test_C04_after_24_hours_a_key_is_new_again() -> None:
    clock = Clock("2026-11-21T09:30:00+00:00")
    async with living_by(clock) as alice:
        first = await alice.send("POST", json={"title": "x"}, headers=KEY)
        clock.at += timedelta(hours=24, microseconds=-1)
        just_before = await alice.send("POST", json={"title": "x"}, headers=KEY)
        clock.at += timedelta(microseconds=1)
        after = await alice.send("POST", json={"title": "y"}, headers=KEY)

    assert told(just_before) == told(first)
    assert (after.status_code, after.json()["title"]) == (201, "y")


async def test_what_a_replay_carries_is_as_private_as_the_first_answer(api: Api) -> None:
    alice = api.user()
    first, again = [await alice.send("POST", json={"title": "x"}, headers=KEY) for _ in range(2)]

    differing = {"date", "x-request-id", "idempotency-replayed"}
    kept = [
        {name: value for name, value in answer.headers.items() if name not in differing}
        for answer in (first, again)
    ]
    assert kept[0] == kept[1]
    assert kept[0]["cache-control"] == "private, no-cache"
