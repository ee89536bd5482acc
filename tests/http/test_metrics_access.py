"""Who may read `/metrics` (contract §9): to all others there is no such path."""

import pytest
from httpx2 import Response

from tests.canaries import CANARIES
from tests.figures import Figures
from tests.http.answers import anonymous, refusal
from tests.http.api import container, in_process
from tests.http.server import Server

TOKEN = "Zm9yIHlvdXIgUHJvbWV0aGV1cyBvbmx5IQ-tr7Kq2"
CANARIES.hide(TOKEN)
LOOPBACK = {"HOST": "127.0.0.1"}
ANYWHERE = {"HOST": "::"}
WITH_TOKEN = {"METRICS_TOKEN": TOKEN}


async def ask(settings: dict[str, str], method: str = "GET", **headers: str) -> Response:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    async with in_process(container(**settings)) as api:
        nowhere = await api.client.request(method, "/nowhere", headers=said)
        answer = await api.client.request(method, "/metrics", headers=said)
    if answer.status_code != 200:
        assert anonymous(answer) == anonymous(nowhere)
    return answer


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1"])
async def test_it_is_open_to_the_machine_itself(host: str) -> None:
    answer = await ask({"HOST": host})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert Figures.read(answer.text).of("taskhaven_workers") == 1


NAMES = ("x_forwarded_for", "forwarded", "x_real_ip", "X_FORWARDED_FOR", "x_forwarded_proto", "via")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["127.0.0.1", "192.0.2.1", ""])
async def test_it_is_not_to_whom_a_proxy_of_the_machine_speaks_for(name: str, value: str) -> None:
    answer = await ask(LOOPBACK, **{name: value})

    assert refusal(answer) == (404, "no_such_route")


@pytest.mark.parametrize("host", ["tasks.example.com", "localhost.example.com", "127.0.0.1.nip.io"])
async def test_nor_to_whom_it_has_another_name(host: str) -> None:
    assert refusal(await ask(LOOPBACK, host=host)) == (404, "no_such_route")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:9", "[::1]:8000"])
async def test_the_machine_has_several_names_for_itself(host: str) -> None:
    assert (await ask(LOOPBACK, host=host)).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
async def test_where_nobody_may_read_it_no_method_shows_it(method: str) -> None:
    assert (await ask(ANYWHERE, method)).status_code == 404


@pytest.mark.parametrize("host", ["::", "192.0.2.7", "2001:db8::1"])
async def test_it_is_nowhere_where_others_reach_it_and_there_is_no_token(host: str) -> None:
    assert refusal(await ask({"HOST": host})) == (404, "no_such_route")
    assert (await ask({"HOST": host}, authorization="Bearer ")).status_code == 404
    assert (await ask({"HOST": host}, authorization="Bearer None")).status_code == 404


@pytest.mark.parametrize("settings", [LOOPBACK, ANYWHERE], ids=["loopback", "anywhere"])
async def test_with_a_token_it_is_open_to_who_has_it(settings: dict[str, str]) -> None:
    for scheme in ("Bearer", "bearer"):
        answer = await ask(settings | WITH_TOKEN, authorization=f"{scheme} {TOKEN}")
        assert answer.status_code == 200

    proxied = await ask(
        settings | WITH_TOKEN, authorization=f"Bearer {TOKEN}", x_forwarded_for="192.0.2.1"
    )
    assert proxied.status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        *("", TOKEN, f"Basic {TOKEN}", "Bearer", "Bearer ", f"Bearer {TOKEN[:-1]}"),
        *(f"Bearer {TOKEN}x", f"Bearer  {TOKEN}", f"Bearer {TOKEN.lower()}", f"Bearer {TOKEN} x"),
    ],
)
@pytest.mark.parametrize("settings", [LOOPBACK, ANYWHERE], ids=["loopback", "anywhere"])
async def test_with_a_token_it_is_nowhere_to_who_has_another(
    settings: dict[str, str], said: str
) -> None:
    headers = {"authorization": said} if said else {}

    assert refusal(await ask(settings | WITH_TOKEN, **headers)) == (404, "no_such_route")


async def test_the_token_of_a_user_opens_nothing() -> None:
    async with in_process(container(**WITH_TOKEN)) as api:
        bearer = {"authorization": f"Bearer {api.user().token}"}
        answer = await api.client.get("/metrics", headers=bearer)
        twice = [("authorization", f"Bearer {TOKEN}")] * 2
        doubled = await api.client.get("/metrics", headers=twice)

    assert refusal(answer) == refusal(doubled) == (404, "no_such_route")


async def test_HEAD_is_the_same_without_the_figures() -> None:
    answer = await ask(LOOPBACK, "HEAD")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/plain")
    assert (await ask(ANYWHERE, "HEAD")).status_code == 404


def test_over_a_socket_it_is_the_same(server: Server) -> None:
    ask = b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"

    open_, proxied = (
        server.exchange(ask + more)[0] for more in (b"\r\n", b"X-Forwarded-For: 192.0.2.1\r\n\r\n")
    )

    assert Figures.read(open_.text).of("taskhaven_workers") == 1
    assert refusal(proxied) == (404, "no_such_route")
