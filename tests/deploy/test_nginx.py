"""Whoever calls through nginx meets the service that the contract describes."""

import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from tests.http.answers import refusal
from tests.http.api import Api, Json, over_socket, path_of
from tests.http.server import Server
from tests.http.streams import listening
from tests.nginx import Nginx
from tests.ports import free_port


async def test_a_request_comes_through_with_all_that_it_says(api: Api) -> None:
    alice = api.user()

    made = await alice.send("POST", json={"title": "Buy milk"}, headers={"x-request-id": "abc-1"})
    task = made.json()
    stale = await alice.send("PUT", path_of(task), json={}, headers={"if-match": '"7"'})

    assert made.headers["location"].endswith(path_of(task))
    assert (made.headers["x-request-id"], made.headers["server"]) == ("abc-1", "taskhaven")
    assert made.headers["strict-transport-security"] == "max-age=31536000"
    assert refusal(stale) == (412, "version_mismatch")
    assert (await alice.send("DELETE", path_of(task))).status_code == 204


def test_nginx_has_nothing_to_say_of_its_setup(nginx: Nginx) -> None:
    assert "[warn]" not in nginx.checked.replace('the "listen ... http2" directive is', "")
    assert "syntax is ok" in nginx.checked


def test_browsers_may_speak_http_2(nginx: Nginx) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])

    with (
        socket.create_connection(("127.0.0.1", nginx.port)) as plain,
        context.wrap_socket(plain) as connection,
    ):
        assert connection.selected_alpn_protocol() == "h2"
        assert connection.version() == "TLSv1.3"


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_what_is_too_large_is_refused_by_the_service(api: Api, method: str) -> None:
    alice = api.user()
    path = path_of(await alice.create()) if method == "PUT" else "/tasks"

    answer = await alice.send(method, path, content=b" " * 300 * 1024)
    larger = await alice.send(method, path, content=b" " * 16 * 1024 * 1024)

    assert refusal(answer) == refusal(larger) == (413, "body_too_large")


async def test_headers_and_paths_that_are_too_long_are_refused_by_the_service(api: Api) -> None:
    alice = api.user()

    headers = await alice.send("GET", headers={f"x-{n}": "a" * 6000 for n in range(3)})
    path = await alice.send("GET", "/tasks?q=" + "a" * 9000)
    token = await alice.send("GET", headers={"authorization": "Bearer " + "a" * 8 * 1024})

    assert refusal(headers) == (431, "headers_too_large")
    assert refusal(path) == (414, "uri_too_long")
    assert refusal(token) == (401, "unauthorized")


async def test_what_may_be_that_large_comes_through(api: Api) -> None:
    alice = api.user()
    task = {"title": "t" * 500, "description": "d" * 16_000, "tags": ["x" * 50]}
    operations = [{"op": "create", "task": task} for _ in range(100)]

    body = await alice.send("POST", content=b'{"title": "Buy milk"' + b" " * 200 * 1024 + b"}")
    batch = await alice.send("POST", "/tasks/batch", json={"operations": operations})
    listed = await alice.send("GET", "/tasks?limit=500")

    assert (body.status_code, batch.status_code) == (201, 200)
    assert len(listed.json()) == 101


async def test_an_event_is_there_while_the_stream_goes_on(api: Api) -> None:
    alice = api.user()

    async with listening(alice) as stream:
        task = await alice.create()
        (event,) = await stream.take(1)

    assert event.data["id"] == task["id"]


@pytest.mark.parametrize("path", ["/metrics", "/%6detrics", "//metrics", "/x/../metrics"])
async def test_metrics_are_not_for_the_world(nginx: Nginx, path: str) -> None:
    with socket.create_connection(("127.0.0.1", nginx.port)) as plain:
        context = ssl._create_unverified_context()  # noqa: S323 - the certificate is the test's own
        with context.wrap_socket(plain) as connection:
            request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode())
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"taskhaven" not in answer, "the service was asked"


def test_without_tls_there_is_no_api_and_no_way_to_it(nginx: Nginx) -> None:
    base = f"http://127.0.0.1:{nginx.plain_port}"

    answer = httpx2.get(f"{base}/api/v1/tasks", verify=False)
    page = httpx2.get(f"{base}/docs", verify=False)

    assert answer.status_code == 403
    assert (page.status_code, page.headers["location"]) == (308, "https://127.0.0.1/docs")


@pytest.fixture
async def limited(
    nginx_program: None, new_database: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[Nginx]:
    """Before an instance that takes two requests of an address at once."""
    settings = {"DATABASE_URL": new_database("sqlite"), "TRUSTED_PROXIES": "127.0.0.1"}
    with (
        Server(tmp_path, RATE_LIMIT="2/hour", **settings) as server,
        Nginx([f"127.0.0.1:{server.port}"]) as nginx,
    ):
        yield nginx


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_what_a_client_says_of_its_address_is_not_believed(limited: Nginx, name: str) -> None:
    lies = ["192.0.2.1", "for=192.0.2.2", "192.0.2.3, 127.0.0.1", "::1"]

    answers = [asked(limited, headers={name: lie}) for lie in lies]

    assert answers == [401, 401, 429, 429]


def test_another_address_is_another_client(limited: Nginx) -> None:
    assert [asked(limited) for _ in "123"] == [401, 401, 429]
    assert [asked(limited, "127.0.0.2") for _ in "123"] == [401, 401, 429]


def asked(nginx: Nginx, address: str = "127.0.0.1", headers: dict[str, str] | None = None) -> int:
    """The status of a request without a token, from this address."""
    transport = httpx2.HTTPTransport(verify=False, local_address=address)
    with httpx2.Client(transport=transport) as client:
        return client.get(f"{nginx.url}/api/v1/tasks", headers=headers).status_code


@contextmanager
def breaking() -> Iterator[tuple[int, list[bytes]]]:
    """The port of an instance that takes a request and breaks off, and what it was sent."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            connection, _ = server.accept()
            with connection:
                heard.append(connection.recv(65_536))

        thread = Thread(target=run, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        thread.join()


@pytest.mark.parametrize(
    ("method", "status"),
    [("GET", 404), ("PUT", 503), ("DELETE", 503), ("PATCH", 503), ("POST", 503)],
)
async def test_only_what_was_read_is_asked_again_of_another_instance(
    nginx_program: None, instance: Server, method: str, status: int
) -> None:
    with (
        breaking() as (port, heard),
        Nginx([f"127.0.0.1:{port}", f"127.0.0.1:{instance.port} backup"]) as nginx,
    ):
        async with over_socket(nginx.url) as api:
            answer = await api.user().send(method, "/tasks/none")

    assert heard
    assert answer.status_code == status
    if status == 503:
        assert refusal(answer) == (503, "storage_unavailable")
        assert answer.headers["retry-after"] == "2"


@pytest.mark.parametrize("method", ["GET", "PATCH", "POST"])
async def test_what_never_reached_an_instance_goes_to_another(
    nginx_program: None, instance: Server, method: str
) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    with Nginx([nobody, f"127.0.0.1:{instance.port} backup"]) as nginx:
        async with over_socket(nginx.url) as api:
            body: Json | None = None if method == "GET" else {}
            answer = await api.user().send(method, "/tasks/none", json=body)

    assert answer.status_code == (405 if method == "POST" else 404)
