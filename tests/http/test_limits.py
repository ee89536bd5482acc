"""Hosts, and how long a request may be besides its body (N16, N17; contract §5)."""

import pytest

from tests.http.answers import refusal
from tests.http.api import Api
from tests.http.server import Server

LIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    "hosts",
    [
        b"",
        b"Host: x\r\nHost: x\r\n",
        b"Host: x\r\nHost: y\r\n",
        b"Host:\r\n",
        b"Host: a/b?c=\r\n",
        b"Host: a b\r\n",
        b"Host: a@b\r\n",
        b"Host: x:y\r\n",
        b"Host: \xe9\r\n",
    ],
)
@pytest.mark.parametrize("target", [b"/health/live", b"/nothing"])
def test_N16_a_request_names_one_host(server: Server, target: bytes, hosts: bytes) -> None:
    (answer,) = server.exchange(
        b"GET " + target + b" HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n"
    )

    assert refusal(answer) == (400, "malformed_request")


@pytest.mark.parametrize(
    "host", [b"localhost", b"localhost:8000", b"127.0.0.1:80", b"[::1]:8000", b"a-b.example."]
)
def test_N16_any_host_will_do(server: Server, host: bytes) -> None:
    (answer,) = server.exchange(LIVE.replace(b"Host: x", b"Host: " + host) + b"\r\n")

    assert answer.status_code == 200


def test_N16_HTTP_1_0_knows_no_hosts(server: Server) -> None:
    (answer,) = server.exchange(b"GET /health/live HTTP/1.0\r\n\r\n")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("length", "status"), [(8192, 422), (8193, 414), (20_000, 414), (70_000, 414)]
)
async def test_N17_path_and_query_may_be_8_KiB_long(
    server: Server, socket_api: Api, length: int, status: int
) -> None:
    alice = socket_api.user()
    path = f"{alice.base}/tasks"
    query = "x" * (length - len(path))

    (answer,) = server.exchange(
        f"GET {path}?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Authorization: Bearer {alice.token}\r\n\r\n".encode()
    )

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("length", "status"), [(16_000, 200), (16_384, 431), (60_000, 431), (600_000, 431)]
)
def test_N17_headers_may_be_16_KiB_long(server: Server, length: int, status: int) -> None:
    (answer,) = server.exchange(LIVE + b"X-Long: " + b"x" * length + b"\r\n\r\n")

    assert answer.status_code == status


@pytest.mark.parametrize(("number", "status"), [(90, 200), (1000, 431)])
def test_N17_headers_are_counted(server: Server, number: int, status: int) -> None:
    many = b"".join(b"X-%d: x\r\n" % n for n in range(number))

    (answer,) = server.exchange(LIVE + many + b"\r\n")

    assert answer.status_code == status
