"""Advisories on HTTP that could be ours: what each was, and what we do."""

from collections.abc import Iterator

import pytest

from tests.http.answers import refusal
from tests.http.api import FORMS, User, container, in_process
from tests.http.server import Server
from tests.tokens import base64


async def test_CVE_2026_25478_an_origin_is_compared_letter_by_letter() -> None:
    """Litestar made a pattern of the allowed origins in which a dot was any character."""
    ours, theirs = "https://app.example.com", ["https://appXexample.com", "https://app.exampleZcom"]
    async with in_process(container(CORS_ORIGINS=ours)) as api:
        for origin in theirs:
            answer = await api.client.get("/health/live", headers={"origin": origin})
            assert "access-control-allow-origin" not in answer.headers

        answer = await api.client.get("/health/live", headers={"origin": ours})
        assert answer.headers["access-control-allow-origin"] == ours


async def test_CVE_2026_25479_no_host_is_trusted_for_its_name() -> None:
    """Litestar's AllowedHosts had the same fault. Here nothing depends on Host, and no answer
    repeats it or X-Forwarded-Host, so there is nothing to allow.
    """
    async with in_process(container()) as api:
        alice = api.user()
        for name in ("host", "x-forwarded-host", "x-host"):
            lie = {name: "canary.example"}
            made = await alice.send("POST", json={"title": "x"}, headers=lie)
            listed = await alice.send("GET", "/tasks?limit=1&sort=-created_at", headers=lie)
            nowhere = await api.client.get("/nothing", headers=lie)

            assert (made.status_code, listed.status_code, nowhere.status_code) == (201, 200, 404)
            for answer in (made, listed, nowhere):
                assert "canary" not in answer.text + str(answer.headers)
            assert made.headers["location"].startswith("/api/v1/")


async def test_CVE_2026_25480_no_two_paths_share_an_answer() -> None:
    """Litestar's file store gave `k-` and `k45`, and `K` and the Kelvin sign, one place in the
    response cache. Here no answer is kept by its path.
    """
    async with in_process(container()) as api:
        for one, other in (("k-", "k45"), ("K", "\u212a")):
            user = api.user(one)
            await user.create(f"of {one}")

            again = await api.client.get(f"/api/v1/{other}/tasks")
            foreign = await User(api.client, other, user.token).send("GET")

            assert refusal(again) == (401, "unauthorized")
            assert refusal(foreign) == (403, "forbidden")
        assert (await api.user("k45").send("GET")).json() == []


async def test_CVE_2025_61928_a_body_does_not_say_who_asks() -> None:
    """Better Auth's API keys took the user from the body and asked for no session then. Here a
    task is its caller's whatever the body says, and without a token nothing in it is read.
    """
    async with in_process(container()) as api:
        alice, bob = api.user(), api.user()
        for member in ("user_id", "owner_id", "userId", "sub"):
            body = {"title": "x", member: bob.subject}
            made = await alice.send("POST", json=body)
            assert made.status_code == 422 or made.json()["user_id"] == alice.subject
            for form in FORMS:
                path = form.format(user_id=bob.subject)
                answer = await api.client.post(f"{path}/tasks", json=body)
                assert refusal(answer) == (401, "unauthorized")
        assert (await bob.send("GET")).json() == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("advisories"), DATABASE_URL="memory:") as server:
        yield server


@pytest.mark.parametrize("protocol", [b"\xff\xfe", b"chat, \xe9", b"\x80", b"chat"])
def test_CVE_2026_42544_no_websocket_ends_a_worker(server: Server, protocol: bytes) -> None:
    """Granian to 2.7.3 aborted at a Sec-WebSocket-Protocol that was not ASCII. Here WebSockets
    are off, and what asks for one is an ordinary request.
    """
    upgrade = (
        b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\n"
        b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: " + base64(bytes(16)).encode() + b"==\r\n"
    )

    for _ in range(3):
        (answer,) = server.exchange(upgrade + b"Sec-WebSocket-Protocol: " + protocol + b"\r\n\r\n")
        assert answer.status_code in {200, 400}

    (answer,) = server.exchange(b"GET /health/live HTTP/1.0\r\n\r\n")
    assert answer.status_code == 200
    assert not server.log


@pytest.mark.parametrize("host", ["x/health/live?", "x/api?a=", "x#", "x@y", "x\\y", "x?", "/"])
def test_CVE_2026_48710_a_host_is_no_part_of_the_path(server: Server, host: str) -> None:
    """Starlette made `request.url.path` of the Host header too, so that a check of the path saw
    another than the router did. Here a Host that is more than a host is refused.
    """
    (answer,) = server.exchange(
        f"GET /api/v1/tasks HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    )

    assert refusal(answer) == (400, "malformed_request")
