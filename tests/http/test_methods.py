"""Methods (N22): what a path cannot do it says, HEAD is GET without the body, OPTIONS tells."""

import pytest

from tests.http.answers import anonymous, refusal
from tests.http.api import FORMS, Api, User, path_of
from tests.http.server import Server

PATHS = {
    "/tasks": "GET, HEAD, OPTIONS, POST",
    "/tasks/{id}": "DELETE, GET, HEAD, OPTIONS, PATCH, PUT",
    "/tasks/{id}/complete": "OPTIONS, PATCH",
}
ROOT = ("/health", "/health/live", "/health/ready", "/openapi.json", "/docs", "/docs/start.js")
ALLOWED = {
    **{f"{form.format(user_id='alice')}{path}": PATHS[path] for form in FORMS for path in PATHS},
    **dict.fromkeys(ROOT, "GET, HEAD, OPTIONS"),
}


@pytest.mark.parametrize("path", ALLOWED)
async def test_N22_what_a_path_cannot_do_is_refused_with_all_it_can(
    memory_api: Api, path: str
) -> None:
    methods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO", "M-SEARCH"}

    for method in methods - {*ALLOWED[path].split(", ")}:
        answer = await memory_api.client.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["allow"] == ALLOWED[path]
        if method != "HEAD":
            assert refusal(answer) == (405, "method_not_allowed")


@pytest.mark.parametrize("method", [b"get", b"Get", b"head", b"options", b"TRACE"])
def test_N22_methods_are_written_in_capitals(server: Server, method: bytes) -> None:
    request = b" /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    (answer,) = server.exchange(method + request)

    assert refusal(answer) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", ALLOWED)
async def test_N22_options_tells_all_that_a_path_can_do(memory_api: Api, path: str) -> None:
    answer = await memory_api.client.options(path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == ALLOWED[path]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "FOO"])
@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/v1", "/api/v2/tasks/x/y", "/api/v1/alice", "/docs/nothing", "/etc"]
)
async def test_where_nothing_is_no_method_finds_anything(
    memory_api: Api, path: str, method: str
) -> None:
    answer = await memory_api.client.request(method, path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["", "?limit=1", "/{id}", "/no-id", "?limit=0"])
async def test_N22_head_is_get_without_the_body(alice: User, path: str) -> None:
    task = await alice.create()
    path = f"/tasks{path.format(id=task['id'])}"

    got, head = await alice.send("GET", path), await alice.send("HEAD", path)

    assert head.content == b""
    assert anonymous(head)[:2] == anonymous(got)[:2]


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready", "/docs", "/nothing"])
async def test_N22_head_is_get_without_the_body_at_the_root_too(api: Api, path: str) -> None:
    got, head = await api.client.get(path), await api.client.head(path)

    assert head.content == b""
    assert anonymous(head)[:2] == anonymous(got)[:2]


async def test_N22_head_writes_nothing(alice: User) -> None:
    task = await alice.create()

    await alice.send("HEAD", f"{path_of(task)}/complete")
    await alice.send("HEAD", json={"title": "another"})

    assert (await alice.send("GET")).json() == [task]
