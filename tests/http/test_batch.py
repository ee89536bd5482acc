"""`POST …/tasks/batch` (contract §6): all of it is done, or nothing."""

import asyncio
from typing import Any

import pytest
from httpx2 import Response

from tests.builders import an_id
from tests.http.answers import UUID_V7, named, refusal
from tests.http.api import FORMS, Json, User, container, in_process, path_of

KEY = {"idempotency-key": "k-1"}
BATCH = "/tasks/batch"


async def run(user: User, *operations: object, path: str = BATCH, **said: Any) -> Response:
    return await user.send("POST", path, json={"operations": operations}, **said)


def create(title: str = "new", **members: object) -> Json:
    return {"op": "create", "task": {"title": title, **members}}


def edit(task: Json, **members: object) -> Json:
    return {"op": "edit", "id": task["id"], "task": members}


def of(op: str, task: Json, **members: object) -> Json:
    return {"op": op, "id": task["id"], **members}


async def position(user: User) -> str:
    """How far the user's journal has come."""
    answer = await user.send("GET", "/changes?limit=500")
    assert "link" not in answer.headers
    token: str = answer.json()["next"]
    return token


async def test_operations_are_done_in_order_and_answered_one_by_one(user: User) -> None:
    one, two = await user.create("one"), await user.create("two")

    answer = await run(
        user,
        create("three", tags=["t"]),
        edit(one, title="ONE"),
        of("complete", one),
        of("complete", two, completed=False),
        edit(one, title="One", completed=False),
        of("delete", two, if_version=1),
        of("complete", one, completed=True, if_version=4),
    )

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-cache"
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [201, 200, 200, 200, 200, 204, 200]
    told = [task and (task["title"], task["completed"], task["version"]) for task in
            (result["task"] for result in results)]  # fmt: skip
    assert told == [
        ("three", False, 1), ("ONE", False, 2), ("ONE", True, 3), ("two", False, 1),
        ("One", False, 4), None, ("One", True, 5),
    ]  # fmt: skip
    assert UUID_V7.fullmatch(results[0]["task"]["id"])
    assert (await user.send("GET")).json() == [results[0]["task"], results[6]["task"]]
    assert await position(user) == "c8"


async def test_new_tasks_are_in_the_order_of_the_operations(alice: User) -> None:
    answer = await run(alice, *(create(str(n)) for n in range(100)))

    assert [r["task"]["title"] for r in answer.json()["results"]] == [str(n) for n in range(100)]
    there = (await alice.send("GET", "/tasks?limit=100")).json()
    assert [task["title"] for task in there] == [str(n) for n in reversed(range(100))]


@pytest.mark.parametrize("count", [0, 101])
async def test_there_are_1_to_100_operations(alice: User, count: int) -> None:
    assert named(await run(alice, *[create()] * count)) == ["#/operations"]
    assert (await alice.send("GET")).json() == []


@pytest.mark.parametrize(
    ("bad", "status", "code"),
    [
        (lambda _: of("delete", {"id": str(an_id())}), 404, "task_not_found"),
        (lambda _: edit({"id": "nonsense"}), 404, "task_not_found"),
        (lambda task: of("delete", task, if_version=7), 412, "version_mismatch"),
        (lambda task: of("complete", task, if_version=1), 412, "version_mismatch"),
    ],
)
@pytest.mark.parametrize("query", ["", "?dry_run=true", "?dry_run=false"])
async def test_the_first_that_cannot_be_done_is_named_and_nothing_is_done(
    alice: User, bad: Any, status: int, code: str, query: str
) -> None:
    task = await alice.create()
    operations = [create(), edit(task, title="x"), bad(task), of("delete", {"id": str(an_id())})]

    answer = await run(alice, *operations, path=BATCH + query)

    assert refusal(answer) == (status, code)
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "#/operations/2"
    assert (await alice.send("GET")).json() == [task]
    assert await position(alice) == "c1"


async def test_what_was_deleted_before_in_the_same_batch_is_not_found(alice: User) -> None:
    task = await alice.create()

    answer = await run(alice, of("delete", task), of("complete", task))

    assert refusal(answer) == (404, "task_not_found")
    assert answer.json()["errors"][0]["pointer"] == "#/operations/1"


async def test_every_bad_member_is_named_at_once(alice: User) -> None:
    id = str(an_id())
    operations: list[object] = [
        create(""),
        create(priority="High", tags=["a", "a"]),
        {"op": "create"},
        {"op": "create", "id": id, "task": {"title": "x"}},
        {"op": "edit", "task": {}},
        {"op": "edit", "id": 7, "task": []},
        {"op": "complete", "id": id, "completed": 1, "task": {}},
        {"op": "delete", "id": id, "if_version": "1"},
        {"op": "destroy", "id": id},
        {"op": None},
        {},
        "create",
        None,
        create("fine"),
    ]

    assert named(await run(alice, *operations)) == [
        "#/operations/0/task/title",
        "#/operations/1/task/priority",
        "#/operations/1/task/tags/1",
        "#/operations/2/task",
        "#/operations/3/id",
        "#/operations/4/id",
        "#/operations/5/id",
        "#/operations/5/task",
        "#/operations/6/completed",
        "#/operations/6/task",
        "#/operations/7/if_version",
        "#/operations/8/op",
        "#/operations/9/op",
        "#/operations/10/op",
        "#/operations/11",
        "#/operations/12",
    ]


@pytest.mark.parametrize("op", [[], {}, [["create"]], 1, 1.5, True, "Create", "create "])
async def test_whatever_is_no_op_is_refused_by_name(alice: User, op: object) -> None:
    assert named(await run(alice, {"op": op})) == ["#/operations/0/op"]


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        ({}, ["#/operations"]),
        ({"operations": {}}, ["#/operations"]),
        ({"operations": None}, ["#/operations"]),
        ({"operations": [], "dry_run": True}, ["#/operations", "#/dry_run"]),
    ],
)
async def test_a_body_is_operations_and_nothing_else(
    alice: User, body: Json, bad: list[str]
) -> None:
    assert named(await alice.send("POST", BATCH, json=body)) == bad


@pytest.mark.parametrize("query", ["?dry_run=yes", "?dry_run=", "?dry_run=true&dry_run=true"])
async def test_a_dry_run_is_asked_for_by_true(alice: User, query: str) -> None:
    assert named(await run(alice, create(), path=BATCH + query)) == ["dry_run"]


async def test_a_dry_run_answers_the_same_and_writes_nothing(user: User) -> None:
    one, two = await user.create("one"), await user.create("two")
    operations = [create(), edit(one, title="ONE"), of("complete", one), of("delete", two)]

    dry = await run(user, *operations, path=f"{BATCH}?dry_run=true")
    before = (await user.send("GET")).json(), await position(user)
    real = await run(user, *operations)

    assert before == ([two, one], "c2")
    assert (dry.status_code, real.status_code) == (200, 200)
    new = {"id": None, "created_at": None, "updated_at": None, "completed_at": None}
    comparable = [
        [r | {"task": r["task"] and r["task"] | new} for r in answer.json()["results"]]
        for answer in (dry, real)
    ]
    assert comparable[0] == comparable[1]


async def test_a_dry_run_is_refused_where_the_batch_would_be() -> None:
    async with in_process(container(MAX_TASKS_PER_OWNER="2")) as api:
        alice = api.user()
        there = await alice.create()
        for query in ("?dry_run=true", ""):
            refused = await run(alice, create(), create(), path=BATCH + query)
            assert refusal(refused) == (409, "too_many_tasks")
        assert (await alice.send("GET")).json() == [there]

        for query in ("?dry_run=true", ""):
            swapped = await run(alice, of("delete", there), create(), create(), path=BATCH + query)
            assert swapped.status_code == 200


@pytest.mark.parametrize("form", FORMS)
async def test_C04_a_batch_sent_again_gets_the_first_answer(alice: User, form: str) -> None:
    task = await alice.create()
    operations = [create(), of("complete", task, if_version=1)]

    first = await run(alice, *operations, headers=KEY)
    await alice.send("DELETE", path_of(task))
    again = await run(alice.at(form), *operations, headers=KEY)
    other = await run(alice, create(), headers=KEY)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert refusal(other) == (422, "idempotency_key_reused")
    assert len((await alice.send("GET")).json()) == 1


async def test_C04_of_many_tries_at_once_one_is_done(alice: User) -> None:
    task = await alice.create()
    operations = [create(), of("complete", task, if_version=1), of("delete", task)]

    answers = await asyncio.gather(*(run(alice, *operations, headers=KEY) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {200}
    assert {answer.content for answer in answers} == {answers[0].content}
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 19
    assert len((await alice.send("GET")).json()) == 1


async def test_C04_a_refused_batch_and_a_dry_run_leave_the_key_free(alice: User) -> None:
    task = await alice.create()

    refused = await run(alice, create(), of("delete", task, if_version=9), headers=KEY)
    dry = [
        await run(alice, create("dry"), path=f"{BATCH}?dry_run=true", headers=KEY) for _ in range(2)
    ]
    taken = await run(alice, create("real"), headers=KEY)

    assert refusal(refused) == (412, "version_mismatch")
    for answer in (*dry, taken):
        assert answer.status_code == 200
        assert "idempotency-replayed" not in answer.headers
    assert [each["title"] for each in (await alice.send("GET")).json()] == ["real", "Buy milk"]


@pytest.mark.parametrize("op", ["edit", "complete", "delete"])
@pytest.mark.parametrize("query", ["", "?dry_run=true"])
async def test_I10_a_task_of_another_is_as_one_that_never_was(
    alice: User, bob: User, op: str, query: str
) -> None:
    mine, foreign = await alice.create("mine"), await bob.create("foreign")
    said = {"task": {"title": "x"}} if op == "edit" else {}

    answers = [
        await run(alice, edit(mine, title="x"), {"op": op, "id": id, **said}, path=BATCH + query)
        for id in (foreign["id"], str(an_id()))
    ]

    for answer in answers:
        assert refusal(answer) == (404, "task_not_found")
    bodies = [answer.json() | {"request_id": None} for answer in answers]
    assert bodies[0] == bodies[1]
    assert (await alice.read(mine), await bob.read(foreign)) == (mine, foreign)
    posing = User(alice.client, bob.subject, alice.token)
    assert refusal(await run(posing, create())) == (403, "forbidden")


@pytest.mark.parametrize("form", FORMS)
async def test_a_batch_may_be_4_MiB_and_nothing_else_more_than_256_KiB(
    alice: User, form: str
) -> None:
    user, mebi = alice.at(form), 1024 * 1024
    bodies = [b'{"operations": []}'.ljust(size) for size in (4 * mebi, 4 * mebi + 1)]

    fits, too_large = [await user.send("POST", BATCH, content=body) for body in bodies]
    elsewhere = [
        await user.send(method, path, content=b"{}".ljust(256 * 1024 + 1))
        for method, path in [
            ("POST", "/tasks"),
            ("POST", f"{path_of(str(an_id()))}/revert"),
            ("POST", f"{path_of(str(an_id()))}/restore"),
        ]
    ]

    assert named(fits) == ["#/operations"]
    assert {refusal(answer) for answer in (too_large, *elsewhere)} == {(413, "body_too_large")}


async def test_a_large_batch_is_stored_whole(alice: User) -> None:
    text = "x" * 16_384

    answer = await run(alice, *(create(str(n), description=text) for n in range(100)))

    assert answer.status_code == 200
    there = (await alice.send("GET", "/tasks?limit=500")).json()
    assert [task["description"] for task in there] == [text] * 100


async def test_batch_is_a_place_of_its_own_and_no_task(alice: User) -> None:
    for method, status in [("GET", 405), ("DELETE", 405), ("PATCH", 405)]:
        answer = await alice.send(method, BATCH)
        assert (answer.status_code, answer.headers["allow"]) == (status, "OPTIONS, POST")
