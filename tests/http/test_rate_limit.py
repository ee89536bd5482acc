"""`RATE_LIMIT` (contract §5, §9): users count as themselves, strangers by their address."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from entrypoints.worker import assemble
from tests.http.api import Api, calling_from, container, in_process, over_socket
from tests.http.server import Server

FIVE = "5/minute"


@pytest.fixture
async def limited() -> AsyncIterator[Api]:
    async with in_process(container(RATE_LIMIT=FIVE)) as api:
        yield api


async def test_B03_one_more_than_the_rate_is_told_to_wait(limited: Api) -> None:
    alice = limited.user()

    answers = [await alice.send("GET") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert 11 <= int(answers[-1].headers["retry-after"]) <= 12
    assert answers[0].headers["ratelimit-policy"] == '"default";q=5;w=60'
    assert answers[0].headers["ratelimit"].startswith('"default";r=4;t=')
    assert answers[-1].headers["ratelimit"].startswith('"default";r=0;t=')


async def test_B03_users_of_one_address_do_not_count_for_each_other(limited: Api) -> None:
    alice, bob = limited.user(), limited.user()
    for _ in range(6):
        await alice.send("GET")

    assert (await bob.send("GET")).status_code == 200


async def test_B03_strangers_count_by_their_address_and_good_tokens_still_pass(
    limited: Api,
) -> None:
    strangers = [await limited.client.get("/api/v1/tasks") for _ in range(6)]

    assert [answer.status_code for answer in strangers] == [401] * 5 + [429]
    assert (await limited.user().send("GET")).status_code == 200


async def test_B08_a_bad_token_counts_like_none(limited: Api) -> None:
    bad = {"authorization": "Bearer x.y.z"}

    answers = [await limited.client.get("/api/v1/tasks", headers=bad) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


async def test_B01_a_forwarded_address_is_believed_of_nobody(limited: Api) -> None:
    answers = [
        await limited.client.get("/api/v1/tasks", headers={"x-forwarded-for": f"192.0.2.{n}"})
        for n in range(6)
    ]

    assert answers[-1].status_code == 429


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("forwarded", "for=192.0.2.{}"),
        ("x-real-ip", "192.0.2.{}"),
        ("x-forwarded-host", "host{}.example.com"),
        ("x-forwarded-proto", "https{}"),
        ("cf-connecting-ip", "192.0.2.{}"),
        ("true-client-ip", "192.0.2.{}"),
    ],
)
@pytest.mark.parametrize("trusted", ["", "127.0.0.0/8"])
async def test_B01_nor_is_what_other_headers_say(name: str, value: str, trusted: str) -> None:
    async with in_process(container(RATE_LIMIT=FIVE, TRUSTED_PROXIES=trusted)) as api:
        answers = [
            await api.client.get("/api/v1/tasks", headers={name: value.format(n)}) for n in range(6)
        ]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


async def test_B01_the_server_itself_believes_nobody_either(
    sqlite_url: str, tmp_path: Path
) -> None:
    with Server(tmp_path, DATABASE_URL=sqlite_url, RATE_LIMIT="5/hour") as server:
        async with over_socket(server.url) as api:
            answers = [
                await api.client.get("/api/v1/tasks", headers={"x-forwarded-for": f"192.0.2.{n}"})
                for n in range(6)
            ]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


async def statuses(*peers: str) -> list[int]:
    """What strangers at these addresses are answered, in turn."""
    made = container(RATE_LIMIT=FIVE)
    app, found = assemble(made), []
    async with in_process(made, app):
        for peer in peers:
            with calling_from(app, peer) as client:
                found.append((await client.get("/api/v1/tasks")).status_code)
    return found


async def test_B02_a_network_of_64_bits_is_one_caller() -> None:
    rotated = [f"2001:db8:1:2:{n:x}::{n:x}" for n in range(6)]
    written = ["2001:0DB8:0001:0002:0000:0000:0000:0001", "2001:DB8:1:2::", "2001:db8:1:2::1%eth0"]

    found = await statuses(*rotated, *written, "2001:db8:1:3::1")

    assert found == [401] * 5 + [429] * 4 + [401]


async def test_B02_an_ipv4_address_is_itself_in_ipv6_too() -> None:
    forms = ["203.0.113.9", "::ffff:203.0.113.9", "::FFFF:CB00:7109"]

    found = await statuses(*forms * 2, "::ffff:203.0.113.8")

    assert found == [401] * 5 + [429, 401]


async def test_B01_but_of_a_trusted_proxy_as_far_as_it_wrote_it() -> None:
    made = container(RATE_LIMIT=FIVE, TRUSTED_PROXIES="127.0.0.0/8")
    async with in_process(made) as api:
        spoofed = [
            await api.client.get(
                "/api/v1/tasks", headers={"x-forwarded-for": f"192.0.2.{n}, 198.51.100.7"}
            )
            for n in range(6)
        ]
        other = await api.client.get("/api/v1/tasks", headers={"x-forwarded-for": "198.51.100.8"})

    assert spoofed[-1].status_code == 429
    assert other.status_code == 401


async def test_nothing_is_counted_where_there_is_no_limit() -> None:
    async with in_process(container(RATE_LIMIT="off")) as api:
        answer = await api.user().send("GET")

    assert "ratelimit" not in answer.headers


async def test_health_is_never_too_much(limited: Api) -> None:
    answers = [await limited.client.get("/health") for _ in range(10)]

    assert {answer.status_code for answer in answers} == {200}
