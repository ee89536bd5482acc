"""No update is lost: entity tags, `If-Match` and `If-None-Match` (contract §4)."""

import pytest

from tests.builders import an_id
from tests.http.answers import named, refusal
from tests.http.api import Json, User, path_of

WRITES = [
    pytest.param("PUT", "", {"title": "new"}, id="PUT"),
    pytest.param("PATCH", "", {"title": "new"}, id="PATCH"),
    pytest.param("PATCH", "/complete", {"completed": False}, id="complete"),
    pytest.param("DELETE", "", None, id="DELETE"),
]


@pytest.fixture
async def task(alice: User) -> Json:
    """A task in version 2, completed."""
    task = await alice.create()
    completed: Json = (await alice.send("PATCH", f"{path_of(task)}/complete")).json()
    return completed


async def test_every_answer_with_one_task_bears_its_version_as_a_tag(alice: User) -> None:
    created = await alice.send("POST", json={"title": "Buy milk"})
    path = path_of(created.json())
    answers = [
        created,
        await alice.send("GET", path),
        await alice.send("PUT", path, json={"title": "a"}),
        await alice.send("PATCH", path, json={"title": "b"}),
        await alice.send("PATCH", f"{path}/complete"),
        await alice.send("GET", path),
        await alice.send("HEAD", path),
    ]

    tags = [answer.headers["etag"] for answer in answers]
    assert tags == ['"1"', '"1"', '"2"', '"3"', '"4"', '"4"', '"4"']


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize(
    "if_match", ['"2"', "*", '"1", "2"', '"1","2"', 'W/"2"', '"x" , W/"2"', ',"2",,']
)
async def test_a_write_to_the_version_expected_is_done(
    alice: User, task: Json, method: str, path: str, body: Json | None, if_match: str
) -> None:
    answer = await alice.send(
        method, path_of(task) + path, json=body, headers={"if-match": if_match}
    )

    assert answer.status_code == (204 if method == "DELETE" else 200)
    if method != "DELETE":
        assert answer.headers["etag"] == '"3"'


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize(
    "if_match", ['"1"', '"3"', 'W/"1"', '"1", "3"', '"02"', '""', '"two"', f'"{10**30}"', '"٢"']
)
async def test_a_write_to_another_version_changes_nothing(
    alice: User, task: Json, method: str, path: str, body: Json | None, if_match: str
) -> None:
    answer = await alice.send(
        method, path_of(task) + path, json=body, headers={"if-match": if_match}
    )

    assert refusal(answer) == (412, "version_mismatch")
    assert await alice.read(task) == task


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize("if_match", ["2", '"2', "**", '"2" "3"', "", "*, *", 'w/"2"', '"a"b'])
async def test_an_if_match_that_is_no_such_thing_is_named(
    alice: User, task: Json, method: str, path: str, body: Json | None, if_match: str
) -> None:
    answer = await alice.send(
        method, path_of(task) + path, json=body, headers={"if-match": if_match}
    )

    assert named(answer) == ["If-Match"]
    assert await alice.read(task) == task


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_task_that_is_not_there_is_not_found_rather_than_in_another_version(
    alice: User, method: str, path: str, body: Json | None
) -> None:
    for if_match in ("*", '"1"'):
        answer = await alice.send(
            method, path_of(str(an_id())) + path, json=body, headers={"if-match": if_match}
        )
        assert refusal(answer) == (404, "task_not_found")


@pytest.mark.parametrize("if_none_match", ['"2"', 'W/"2"', "*", '"1", "2"'])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_task_that_the_client_has_is_not_sent_again(
    alice: User, task: Json, method: str, if_none_match: str
) -> None:
    answer = await alice.send(method, path_of(task), headers={"if-none-match": if_none_match})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == '"2"'
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("if_none_match", ['"1"', '"22"', 'W/"3"', '""'])
async def test_a_task_that_the_client_has_in_another_version_is_sent(
    alice: User, task: Json, if_none_match: str
) -> None:
    answer = await alice.send("GET", path_of(task), headers={"if-none-match": if_none_match})

    assert answer.json() == task


@pytest.mark.parametrize("path", ["/tasks", "/tasks/{id}"])
async def test_an_if_none_match_that_is_no_such_thing_is_named(
    alice: User, task: Json, path: str
) -> None:
    answer = await alice.send("GET", path.format(id=task["id"]), headers={"if-none-match": "2"})

    assert named(answer) == ["If-None-Match"]


async def test_a_list_is_not_sent_again_until_something_is_written(alice: User, task: Json) -> None:
    tag = (await alice.send("GET")).headers["etag"]
    assert tag.startswith('W/"')

    for method, path, body in [
        ("POST", "/tasks", {"title": "another"}),
        ("PATCH", path_of(task), {"title": "new"}),
        ("PATCH", f"{path_of(task)}/complete", {"completed": False}),
        ("DELETE", path_of(task), None),
    ]:
        same = await alice.send("GET", headers={"if-none-match": tag})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)

        await alice.send(method, path, json=body)

        fresh = await alice.send("GET", headers={"if-none-match": tag})
        assert fresh.status_code == 200
        tag = fresh.headers["etag"]


async def test_a_write_that_changed_nothing_leaves_the_tag_of_the_list(
    alice: User, bob: User, task: Json
) -> None:
    tag = (await alice.send("GET")).headers["etag"]

    await alice.send("PATCH", path_of(task), json={"completed": True})
    await alice.send("PATCH", path_of(task), json={"title": ""})
    await bob.create()

    assert (await alice.send("GET")).headers["etag"] == tag


async def test_each_question_has_a_tag_of_its_own(alice: User, bob: User, task: Json) -> None:
    await alice.create()
    first = await alice.send("GET", "/tasks?limit=1")
    following = first.links["next"]["url"].removeprefix(alice.base)
    tags = [
        (await alice.send("GET", path)).headers["etag"]
        for path in ("/tasks", "/tasks?limit=1", "/tasks?limit=2", following)
    ]

    assert len(set(tags)) == 4
    for tag in tags[1:]:
        assert (await alice.send("GET", headers={"if-none-match": tag})).status_code == 200
