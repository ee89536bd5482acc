"""`RedisLimiter`: one count for all who share a Redis, which learns nothing of whom it is."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from adapters.limits.redis import RedisLimiter, key
from application.errors import Crowded, LimitsUnavailable
from application.limits import Rate, Standing
from tests.contract.counting import InRedis, be_patient, limiting, taken
from tests.postgres_server import PATIENCE
from tests.redis_server import RedisServer

TEN = Rate(10, 3600)
Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    be_patient(monkeypatch)


@pytest.fixture
def server(redis_server: RedisServer, patient: None) -> RedisServer:
    """A Redis that knows nothing yet."""
    redis_server.client.flushall()
    return redis_server


@asynccontextmanager
async def listening(speak: Speak) -> AsyncIterator[str]:
    """Where somebody listens who is no Redis."""
    listener = await asyncio.start_server(speak, "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{listener.sockets[0].getsockname()[1]}/0"
    finally:
        listener.close()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def carry(here: asyncio.StreamReader, there: asyncio.StreamWriter) -> None:
    while data := await here.read(1000):
        there.write(data)
    there.close()


def saying(answer: bytes) -> Speak:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer)
        writer.close()

    return speak


async def test_two_instances_count_together(server: RedisServer) -> None:
    async with limiting(server, TEN) as one, limiting(server, TEN) as other:
        await taken(one, 6)
        there = await taken(other, 6)

        assert [standing.allowed for standing in there] == [True] * 4 + [False] * 2
        assert not (await one.take("alice")).allowed


async def test_B03_many_at_once_at_two_instances_are_no_way_round(server: RedisServer) -> None:
    async with limiting(server, TEN) as one, limiting(server, TEN) as other:
        standings = await asyncio.gather(*(each.take("alice") for each in [one, other] * 25))

    assert sum(standing.allowed for standing in standings) == 10


async def test_a_request_is_one_command(server: RedisServer) -> None:
    async with limiting(server, TEN) as limiter:
        await limiter.take("alice")
        server.client.config_resetstat()
        await taken(limiter, 20)

    ran = server.client.info("commandstats")
    from_clients = {name for name in ran if name not in {"cmdstat_time", "cmdstat_get"}}
    assert ran["cmdstat_evalsha"]["calls"] == 20
    assert from_clients == {"cmdstat_evalsha", "cmdstat_set", "cmdstat_config|resetstat"}


async def test_a_process_has_few_connections(server: RedisServer) -> None:
    async with limiting(server, Rate(1000, 3600)) as limiter:
        await asyncio.gather(*(limiter.take("alice") for _ in range(200)))
        connected = server.client.info("clients")["connected_clients"]

    assert 2 <= connected <= 10


async def test_whoever_waits_for_a_connection_has_a_turn(server: RedisServer) -> None:
    turns = dict.fromkeys(range(30), 0)
    numbers = iter(range(1000))
    async with limiting(server, Rate(1000, 1)) as limiter:

        async def ask(caller: int) -> None:
            for _ in numbers:
                await limiter.take("alice")
                turns[caller] += 1

        await asyncio.gather(*map(ask, turns))

    assert min(turns.values()) > 10


async def test_nobody_can_be_read_out_of_it(server: RedisServer) -> None:
    somebody = ["user ann@example.com", "user 7a3f", "address 203.0.113.9", "address None"]
    async with limiting(server, TEN) as limiter:
        for whom in somebody:
            await limiter.take(whom)

    keys = server.keys()
    assert len(keys) == len(somebody)
    for kept in keys:
        assert kept.startswith("taskhaven:limit:")
        value = server.client.get(kept)
        assert isinstance(value, bytes)
        for whom in somebody:
            assert whom.split()[1] not in kept.removeprefix("taskhaven:limit:") + value.decode()


async def test_B03_what_no_longer_counts_is_forgotten(server: RedisServer) -> None:
    async with limiting(server, TEN) as limiter:
        full_in = (await taken(limiter, 3))[-1].full_in
        assert 0 < int(str(server.client.pttl(key("alice")))) <= full_in * 1000 + 1
    server.client.flushall()

    async with limiting(server, Rate(1000, 1)) as limiter:
        for number in range(100):
            await limiter.take(f"address {number}")
        async with asyncio.timeout(PATIENCE):
            while server.keys():  # noqa: ASYNC110 - Redis tells nobody
                await asyncio.sleep(0.01)


async def test_a_lower_rate_does_not_hold_the_past_against_anybody(server: RedisServer) -> None:
    async with limiting(server, TEN) as limiter:
        await taken(limiter, 10)
    async with limiting(server, Rate(10, 60)) as limiter:
        refused = await limiter.take("alice")

    assert 0 < refused.wait < 7


async def test_F15_a_clock_that_was_set_back_locks_nobody_out(server: RedisServer) -> None:
    counting = InRedis(server)
    limiter = await counting.begin(TEN)
    await taken(limiter, 3)

    counting.pass_by(-86_400)

    assert (await limiter.take("alice")).left == 6
    await counting.close()


async def test_one_that_was_restarted_counts_from_the_next_request_on(patient: None) -> None:
    if missing := RedisServer.missing():
        pytest.skip(missing)
    with RedisServer() as server:
        async with limiting(server, TEN) as limiter:
            await asyncio.gather(*(limiter.take("alice") for _ in range(20)))

            server.kill()
            with pytest.raises(LimitsUnavailable):
                await limiter.take("alice")
            server.start()

            assert [s.left for s in await taken(limiter, 3)] == [9, 8, 7]


async def test_so_does_one_whose_going_nobody_noticed(patient: None) -> None:
    if missing := RedisServer.missing():
        pytest.skip(missing)
    with RedisServer() as server:
        async with limiting(server, TEN) as limiter:
            await limiter.take("alice")

            server.kill()
            server.start()

            assert (await limiter.take("alice")).left == 9


async def test_one_that_is_full_is_unavailable(patient: None) -> None:
    if missing := RedisServer.missing():
        pytest.skip(missing)
    with RedisServer() as server:
        server.client.config_set("maxmemory", 1)
        async with limiting(server, TEN) as limiter:
            with pytest.raises(LimitsUnavailable):
                await limiter.take("alice")

            server.client.config_set("maxmemory", 0)
            assert (await limiter.take("alice")).allowed


async def test_a_wrong_password_is_shown_to_nobody(server: RedisServer) -> None:
    limiter = RedisLimiter(server.url.replace(server.password, "canary"), TEN)

    with pytest.raises(LimitsUnavailable) as raised:
        await limiter.take("alice")
    await limiter.close()

    assert str(raised.value) == "AuthenticationError"
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b":x\r\n",
        b"$-7\r\n",
        b"\xff" * 99,
        b"+OK\r\n" * 20,
    ],
)
async def test_what_is_no_redis_is_unavailable(answer: bytes, patient: None) -> None:
    async with listening(saying(answer)) as url:
        limiter = RedisLimiter(url, TEN)
        with pytest.raises(LimitsUnavailable):
            await limiter.take("alice")
        await limiter.close()


async def test_it_is_not_away_for_a_process_that_is_late(redis_server: RedisServer) -> None:
    async with limiting(redis_server, TEN) as limiter:
        asked = asyncio.create_task(limiter.take("late"))
        while not asked.done():
            time.sleep(0.1)  # noqa: ASYNC251 - holds up all else, as many requests do
            await asyncio.sleep(0)

    assert (await asked).left == 9


async def test_it_is_not_away_for_those_who_wait_for_their_turn(redis_server: RedisServer) -> None:
    async with limiting(redis_server, TEN) as limiter:
        found = await asyncio.gather(
            *(limiter.take(f"one of {n}") for n in range(10_000)), return_exceptions=True
        )

    assert {type(each) for each in found} <= {Standing, Crowded}


async def test_a_connection_that_died_unnoticed_is_tried_anew(
    redis_server: RedisServer,
) -> None:
    at = urlsplit(redis_server.url)
    connections: list[asyncio.StreamWriter] = []

    async def first_one_dead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        if len(connections) == 1:
            await silent(reader, writer)
            return
        there, onward = await asyncio.open_connection(at.hostname, at.port)
        await asyncio.gather(carry(reader, onward), carry(there, writer))

    async with listening(first_one_dead) as url:
        limiter = RedisLimiter(url.replace("//", f"//:{redis_server.password}@"), TEN)
        found = await limiter.take("somebody new")
        await limiter.close()
        for connection in connections:
            await connection.wait_closed()

    assert (found.left, len(connections)) == (9, 2)


async def test_F22_one_that_never_answers_is_given_up() -> None:
    async with listening(silent) as url:
        limiter = RedisLimiter(url, TEN)
        async with asyncio.timeout(PATIENCE):
            found = await asyncio.gather(
                *(limiter.take("alice") for _ in range(200)), return_exceptions=True
            )
        await limiter.close()

    assert {type(each) for each in found} == {LimitsUnavailable, Crowded}
    assert isinstance(found[0], LimitsUnavailable), "who asked first says that it is away"
