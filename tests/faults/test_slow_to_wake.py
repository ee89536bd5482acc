"""A PostgreSQL that sleeps while nobody asks and takes its time to wake up (catalogue F20).

It drops connections as it falls asleep. One request may take longer for it; none fails.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import pytest

from tests.http.api import Api, container, in_process, path_of

WAKING = 3.0  # seconds: more than a request waits for a connection that others have
SIZE = 5  # connections of the service


class Sleeper:
    """Stands before a database, and sleeps until somebody has waited for it long enough."""

    def __init__(self, url: str) -> None:
        self._real = urlsplit(url)
        self._open: set[asyncio.StreamWriter] = set()
        self._awake: asyncio.Task[None] | None = None
        self.woken = 0

    @asynccontextmanager
    async def before(self) -> AsyncIterator[str]:
        """The URL at which it stands, for the length of the block."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        user, _, _ = self._real.netloc.rpartition("@")
        try:
            yield self._real._replace(netloc=f"{user}@{host}").geturl()
        finally:
            server.close()
            self.sleep()

    def sleep(self) -> None:
        """Drop all connections."""
        self._awake = None
        for writer in self._open:
            writer.close()

    async def _wake(self) -> None:
        self.woken += 1
        await asyncio.sleep(WAKING)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._awake is None:
            self._awake = asyncio.create_task(self._wake())
        await self._awake
        there = await asyncio.open_connection(self._real.hostname, self._real.port)
        self._open |= {writer, there[1]}
        await asyncio.gather(_pass_on(reader, there[1]), _pass_on(there[0], writer))
        self._open -= {writer, there[1]}


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture
def sleeper(url: str) -> Sleeper:
    return Sleeper(url)


@pytest.fixture
async def api(sleeper: Sleeper) -> AsyncIterator[Api]:
    """The service, which nobody asked for anything yet."""
    async with sleeper.before() as url:
        settings = {"DATABASE_URL": url, "DATABASE_POOL_SIZE": str(SIZE)}
        async with in_process(container(**settings)) as api:
            yield api


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_F20_the_first_request_of_all_waits_until_it_is_awake(
    api: Api, sleeper: Sleeper, method: str
) -> None:
    alice = api.user()
    body = {"title": "first"} if method == "POST" else None

    first = await alice.send(method, json=body)
    second = await alice.send(method, json=body)

    assert [first.is_success, second.is_success] == [True, True]
    assert sleeper.woken == 1


async def test_F20_falling_asleep_again_and_again_costs_no_request(
    api: Api, sleeper: Sleeper
) -> None:
    alice = api.user()
    task = await alice.create()
    await asyncio.gather(*(alice.read(task) for _ in range(SIZE)))

    for title in ("first", "second"):
        sleeper.sleep()
        answers = await asyncio.gather(
            alice.send("PATCH", path_of(task), json={"title": title}),
            *(alice.send("GET", path_of(task)) for _ in range(SIZE - 1)),
        )
        assert [answer.status_code for answer in answers] == [200] * SIZE
        assert (await alice.read(task))["title"] == title

    assert sleeper.woken == 3


async def test_F20_readiness_waits_too(api: Api, sleeper: Sleeper) -> None:
    assert (await api.client.get("/health/ready")).status_code == 200
    assert (await api.client.get("/health/live")).status_code == 200
    assert sleeper.woken == 1
