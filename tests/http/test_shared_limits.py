"""`REDIS_URL`: instances count together, and what goes on while the Redis is away (B03)."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response

from tests.contract.counting import be_patient
from tests.http.accounts import PASSWORD, Member, call, log_in, new_email, refresh, register
from tests.http.answers import refusal
from tests.http.api import Api, container, in_process, over_socket
from tests.http.server import Server
from tests.postgres_server import PATIENCE
from tests.redis_server import RedisServer

CLOSED = (503, "limits_unavailable")


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    """One that may be killed."""
    if missing := RedisServer.missing():
        pytest.skip(missing)
    be_patient(monkeypatch)
    with RedisServer() as server:
        yield server


async def make_account(api: Api) -> Response:
    return await call(api.client, "POST", "/register", {"email": new_email(), "password": PASSWORD})


async def until_logins_open(member: Member) -> None:
    async with asyncio.timeout(PATIENCE):
        while (answer := await log_in(member.client, member.email)).status_code != 200:
            assert refusal(answer) == CLOSED
            await asyncio.sleep(0.1)


async def test_B03_two_instances_count_together(redis: RedisServer) -> None:
    settings = {"RATE_LIMIT": "5/hour", "REDIS_URL": redis.url}
    async with (
        in_process(container(**settings)) as here,
        in_process(container(**settings)) as there,
    ):
        alice = here.user()
        headers = {"authorization": f"Bearer {alice.token}"}
        answers = [
            await api.client.get("/api/v1/tasks", headers=headers) for api in [here, there] * 3
        ]
        strangers = [await api.client.get("/api/v1/tasks") for api in [here, there] * 3]
        bob = await there.user().send("GET")

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == [
        "r=4", "r=3", "r=2", "r=1", "r=0", "r=0"
    ]  # fmt: skip
    assert answers[-1].headers["ratelimit-policy"] == '"default";q=5;w=3600'
    assert 700 < int(answers[-1].headers["retry-after"]) <= 720
    assert [answer.status_code for answer in strangers] == [401] * 5 + [429]
    assert bob.status_code == 200


async def test_F22_B03_while_redis_is_away_users_go_on_and_logins_are_closed(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    made = container(RATE_LIMIT="1200/minute", REDIS_URL=redis.url)
    async with in_process(made) as api:
        ann, task = await register(api), await api.user("bob").create()
        redis.kill()

        listed = await api.user("bob").send("GET")
        closed = [await log_in(api.client, ann.email), await make_account(api)]
        turned = await refresh(api.client, ann.refresh_token)
        ended = await ann.ask("POST", "/logout")
        nobody = await api.client.get("/api/v1/tasks")
        redis.start()
        await until_logins_open(ann)
        back = await register(api)

    assert listed.json() == [task]
    assert listed.headers["ratelimit"].startswith('"default";r=119')
    assert [refusal(answer) for answer in closed] == [CLOSED] * 2
    assert [answer.headers["retry-after"] for answer in closed] == ["1", "1"]
    assert (turned.status_code, ended.status_code) == (200, 204)
    assert refusal(nobody) == (401, "unauthorized")
    assert back.email
    said = [record.getMessage() for record in caplog.records if record.name == "taskhaven.limits"]
    assert [line.split(" (")[0] for line in said] == [
        "the shared limits are away", "the shared limits are back"
    ]  # fmt: skip
    assert redis.password not in caplog.text
    assert str(redis.port) not in caplog.text


async def test_B03_while_redis_is_away_there_still_is_a_limit(redis: RedisServer) -> None:
    redis.kill()
    async with in_process(container(RATE_LIMIT="5/hour", REDIS_URL=redis.url)) as api:
        alice, bob = api.user(), api.user()

        answers = [await alice.send("GET") for _ in range(6)]
        strangers = [await api.client.get("/api/v1/tasks") for _ in range(6)]

        assert (await bob.send("GET")).status_code == 200
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer.status_code for answer in strangers] == [401] * 5 + [429]


async def test_B03_a_redis_that_never_answers_holds_nobody_for_long() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    hole = await asyncio.start_server(never, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{hole.sockets[0].getsockname()[1]}"
    async with in_process(container(RATE_LIMIT="1200/minute", REDIS_URL=url)) as api:
        alice = api.user()
        async with asyncio.timeout(PATIENCE):
            answers = [await alice.send("GET") for _ in range(500)]
            at_once = await asyncio.gather(*(alice.send("GET") for _ in range(500)))
            closed = await log_in(api.client, new_email())
    hole.close()

    assert {answer.status_code for answer in [*answers, *at_once]} == {200}
    assert refusal(closed) == CLOSED


async def test_where_there_is_no_limit_redis_is_not_asked(redis: RedisServer) -> None:
    redis.kill()
    async with in_process(container(RATE_LIMIT="off", REDIS_URL=redis.url)) as api:
        await register(api)
        answer = await api.user().send("GET")

    assert answer.status_code == 200
    assert "ratelimit" not in answer.headers


async def test_the_server_counts_there(redis: RedisServer, sqlite_url: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": sqlite_url, "RATE_LIMIT": "1000/hour"}
    with Server(tmp_path, REDIS_URL=redis.url, **settings) as server:
        async with over_socket(server.url) as api:
            async with asyncio.timeout(PATIENCE):
                while not redis.keys():
                    assert (await api.user().send("GET")).status_code == 200
        assert redis.password not in server.log + server.welcome
