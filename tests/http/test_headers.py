"""Every answer, whoever gives it, carries the headers of contract §5 and one request id."""

from collections.abc import Awaitable, Callable

import pytest
from dependency_injector import providers
from httpx2 import Response

from application.errors import Unavailable
from tests.http.answers import refusal
from tests.http.api import Api, User, container, in_process, path_of
from tests.http.server import Server
from tests.http.streams import listening

ALWAYS = {
    "server": "taskhaven",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "vary": "Authorization, Origin",
}
PLAIN_POLICY = "default-src 'none'; frame-ancestors 'none'"

Question = Callable[[User, str], Awaitable[Response]]
QUESTIONS: dict[int | str, Question] = {
    200: lambda user, id: user.send("GET", path_of(id)),
    "200, a list": lambda user, id: user.send("GET"),
    "200, edited": lambda user, id: user.send("PATCH", path_of(id), json={"title": "new"}),
    201: lambda user, id: user.send("POST", json={"title": "x"}),
    204: lambda user, id: user.send("DELETE", path_of(id)),
    304: lambda user, id: user.send("GET", path_of(id), headers={"if-none-match": "*"}),
    400: lambda user, id: user.send("POST", content=b"{"),
    401: lambda user, id: user.send("GET", headers={"authorization": ""}),
    403: lambda user, id: user.at("/api/v1/somebody").send("GET"),
    404: lambda user, id: user.send("GET", path_of("no-id")),
    "404, no route": lambda user, id: user.send("GET", "/nothing"),
    405: lambda user, id: user.send("FOO"),
    412: lambda user, id: user.send("DELETE", path_of(id), headers={"if-match": '"9"'}),
    413: lambda user, id: user.send("POST", content=b" " * 300_000),
    414: lambda user, id: user.send("GET", f"/tasks?{'x' * 9000}"),
    415: lambda user, id: user.send("POST", content=b"x", headers={"content-type": "text/plain"}),
    422: lambda user, id: user.send("POST", json={}),
    431: lambda user, id: user.send("GET", headers={"x-long": "x" * 17_000}),
}
PRIVATE = {200, "200, a list", "200, edited", 201, 204, 304}


def headers_of_every_answer(answer: Response) -> dict[str, str]:
    return {name: answer.headers.get(name, "missing") for name in ALWAYS}


@pytest.mark.parametrize("kind", QUESTIONS)
async def test_O07_every_answer_about_tasks_carries_the_headers(
    api: Api, alice: User, kind: int | str
) -> None:
    task = await alice.create()

    answer = await QUESTIONS[kind](alice, task["id"])

    assert answer.status_code == int(str(kind)[:3])
    assert headers_of_every_answer(answer) == ALWAYS
    assert answer.headers["x-request-id"]
    assert answer.headers["content-security-policy"] == PLAIN_POLICY
    private = "private, no-cache" if kind in PRIVATE else "no-store"
    assert answer.headers["cache-control"] == private


@pytest.mark.parametrize("error", [RuntimeError(), Unavailable()])
async def test_O07_an_answer_to_a_failure_carries_them_too(error: Exception) -> None:
    async def fail(*_: object) -> None:
        raise error

    broken = container()
    broken.read_task.override(providers.Object(fail))
    async with in_process(broken) as api:
        answer = await api.user().send("GET", path_of("no-id"))

    assert answer.status_code in {500, 503}
    assert headers_of_every_answer(answer) == ALWAYS
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == PLAIN_POLICY


@pytest.mark.parametrize(
    "path", ["/health", "/health/live", "/health/ready", "/openapi.json", "/docs"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_O07_what_is_at_the_root_carries_them_too(api: Api, path: str, method: str) -> None:
    answer = await api.client.request(method, path)

    assert answer.is_success
    assert headers_of_every_answer(answer) == ALWAYS
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/metrics", "/docs/start.js", "/docs/swagger-ui.css"])
async def test_O07_so_do_figures_and_files(memory_api: Api, path: str) -> None:
    answer = await memory_api.client.get(path)

    assert answer.status_code == 200
    assert headers_of_every_answer(answer) == ALWAYS
    assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/metrics", "/nowhere", "/docs/nothing.js"])
async def test_O07_so_does_what_is_not_there(server: Server, path: str) -> None:
    forwarded = f"GET {path} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 192.0.2.7\r\n"

    (answer,) = server.exchange(f"{forwarded}connection: close\r\n\r\n".encode())

    assert refusal(answer) == (404, "no_such_route")
    assert headers_of_every_answer(answer) == ALWAYS
    assert answer.headers["content-security-policy"] == PLAIN_POLICY
    assert len(answer.headers.get_list("server")) == 1


async def test_O07_who_asks_too_often_reads_them_too() -> None:
    async with in_process(container(RATE_LIMIT="1/hour")) as api:
        alice = api.user()
        answers = [await alice.send("GET") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert [headers_of_every_answer(answer) for answer in answers] == [ALWAYS] * 2
    assert answers[1].headers["cache-control"] == "no-store"
    assert answers[1].headers["content-security-policy"] == PLAIN_POLICY


@pytest.mark.parametrize("origin", ["https://app.example.com", "https://evil.com"])
async def test_O07_so_do_pages_before_they_ask(origin: str) -> None:
    asked = {"origin": origin, "access-control-request-method": "PATCH"}

    async with in_process(container(CORS_ORIGINS="https://app.example.com")) as api:
        answer = await api.client.options("/api/v1/tasks", headers=asked)

    assert answer.status_code == 204
    assert headers_of_every_answer(answer) == ALWAYS
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == PLAIN_POLICY


async def test_O07_so_does_who_follows(socket_api: Api) -> None:
    async with listening(socket_api.user()) as stream:
        answer = stream.answer

    assert headers_of_every_answer(answer) == ALWAYS
    assert answer.headers["cache-control"] == "private, no-cache, no-transform"
    assert answer.headers["content-security-policy"] == PLAIN_POLICY


@pytest.mark.parametrize(
    "sent",
    [b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nhost: a b\r\n\r\n"],
    ids=["no host", "a bad host"],
)
async def test_O07_so_does_who_speaks_badly(server: Server, sent: bytes) -> None:
    (answer,) = server.exchange(sent)

    assert answer.status_code == 400
    assert headers_of_every_answer(answer) == ALWAYS


@pytest.mark.parametrize("kind", [200, 401, "404, no route", 413, 415, 422])
async def test_O07_no_header_is_said_twice(api: Api, alice: User, kind: int | str) -> None:
    answer = await QUESTIONS[kind](alice, (await alice.create())["id"])

    names = [name.lower() for name, _ in answer.headers.raw]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    "given", ["a", "0198f6d2-0000-7000-8000-000000000000", "A_b.c-9", "x" * 64]
)
@pytest.mark.parametrize("path", ["/health/live", "/nothing", "/api/v1/tasks"])
async def test_a_request_id_that_is_fit_is_kept(api: Api, path: str, given: str) -> None:
    answer = await api.client.get(path, headers={"x-request-id": given})

    assert answer.headers["x-request-id"] == given
    if not answer.is_success:
        assert answer.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a,b", "a\tb", "a/b", "é", '"a"', "{}"])
async def test_N21_one_that_is_not_is_replaced(api: Api, given: str) -> None:
    raw = {b"x-request-id": given.encode()}

    first = await api.client.get("/nothing", headers=raw)
    second = await api.client.get("/nothing", headers=raw)

    ids = [answer.headers["x-request-id"] for answer in (first, second)]
    assert len({*ids, given}) == 3
    assert [answer.json()["request_id"] for answer in (first, second)] == ids


async def test_of_two_request_ids_neither_is_kept(api: Api) -> None:
    answer = await api.client.get(
        "/nothing", headers=[("x-request-id", "a"), ("x-request-id", "b")]
    )

    assert answer.headers["x-request-id"] not in {"a", "b", "a, b"}


async def test_every_request_has_an_id_of_its_own(api: Api) -> None:
    answers = [await api.client.get("/health/live") for _ in range(10)]

    assert len({answer.headers["x-request-id"] for answer in answers}) == 10
