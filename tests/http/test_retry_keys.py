"""What an `Idempotency-Key` must be, and where it is one (contract §4)."""

import pytest

from tests.http.answers import named
from tests.http.api import Json, User, path_of
from tests.http.test_retries import WRITES, is_replay


@pytest.fixture
async def task(alice: User) -> Json:
    return await alice.create("old")


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é", "a\tb"])
@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_bad_key_is_named_and_nothing_is_done(
    alice: User, task: Json, method: str, path: str, body: bytes, key: str
) -> None:
    said = {"idempotency-key": key}

    answer = await alice.send(method, path.format(id=task["id"]), content=body, headers=said)

    assert named(answer) == ["Idempotency-Key"]
    assert (await alice.send("GET")).json() == [task]


async def test_two_keys_are_a_bad_one(alice: User) -> None:
    answer = await alice.client.post(
        f"{alice.base}/tasks",
        headers=[
            ("authorization", f"Bearer {alice.token}"),
            ("idempotency-key", "a"),
            ("idempotency-key", "a"),
        ],
        json={"title": "x"},
    )

    assert named(answer) == ["Idempotency-Key"]


@pytest.mark.parametrize("key", ["k-1", "a b"])
async def test_reading_and_deleting_take_no_key(alice: User, task: Json, key: str) -> None:
    said = {"idempotency-key": key}

    answers = [
        await alice.send(method, path, headers=said)
        for method, path in [
            ("GET", "/tasks"),
            ("GET", path_of(task)),
            ("DELETE", path_of(task)),
            ("DELETE", path_of(task)),
        ]
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 204, 404]
    assert not any(is_replay(answer) for answer in answers)
