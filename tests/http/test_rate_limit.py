"""`RATE_LIMIT` (contract §5, §9): users count as themselves, strangers by their address."""

from collections.abc import AsyncIterator

import pytest

from tests.http.api import Api, container, in_process

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
