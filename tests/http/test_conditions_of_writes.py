"""What the headers of a request must not say, and which tag is whose (contract §4, §5)."""

import pytest

from tests.http.answers import named
from tests.http.api import Json, User, path_of

WRITES = [
    pytest.param("PUT", "", {"title": "new"}, id="PUT"),
    pytest.param("PATCH", "", {"title": "new"}, id="PATCH"),
    pytest.param("PATCH", "/complete", {"completed": True}, id="complete"),
    pytest.param("DELETE", "", None, id="DELETE"),
]


@pytest.mark.parametrize("tag", ["*", '"1"', '"7"'])
@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_write_refuses_the_condition_that_is_for_reading(
    alice: User, method: str, path: str, body: Json | None, tag: str
) -> None:
    task = await alice.create()

    answer = await alice.send(
        method, path_of(task) + path, json=body, headers={"if-none-match": tag}
    )

    assert named(answer) == ["If-None-Match"]
    assert await alice.read(task) == task


async def test_every_bad_header_and_parameter_is_named_at_once(alice: User) -> None:
    task = await alice.create()
    headers = {"if-match": "3", "if-none-match": "*", "idempotency-key": "a b"}

    answer = await alice.send("PUT", f"{path_of(task)}?x=1", json={"title": ""}, headers=headers)

    assert named(answer) == ["x", "If-Match", "If-None-Match", "Idempotency-Key"]
    assert await alice.read(task) == task


async def test_I11_equal_lists_of_two_owners_have_different_tags(alice: User, bob: User) -> None:
    mine, theirs = alice.at("/api/v1"), bob.at("/api/v1")
    for user in (mine, theirs):
        await user.create()
    tag = (await mine.send("GET")).headers["etag"]

    answer = await theirs.send("GET", headers={"if-none-match": tag})

    assert answer.status_code == 200
    assert answer.headers["etag"] != tag


async def test_a_list_has_the_same_tag_in_whatever_order_it_is_asked_for(alice: User) -> None:
    one = await alice.send("GET", "/tasks?tag=a&limit=5&priority=low")
    other = await alice.send("GET", "/tasks?priority=low&tag=a&limit=5")

    assert one.headers["etag"] == other.headers["etag"]


async def test_a_page_whose_next_address_would_be_too_long_is_refused(alice: User) -> None:
    for title in ("a", "b"):
        await alice.create(title, tags=["t"])
    tags = "".join(f"&tag={'x' * 45}{n}" for n in range(149))

    answer = await alice.send("GET", f"/tasks?limit=1&tag=t{tags}")

    assert answer.status_code == 414
    assert answer.json()["code"] == "uri_too_long"
