"""`GET …/changes/stream` (contract §6) over sockets: changes as they happen, from any process."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.http.answers import named, refusal
from tests.http.api import Json, User, over_socket, path_of
from tests.http.server import Server
from tests.http.streams import after, listening
from tests.storages import migrate

Pair = tuple[Server, Server]


@contextmanager
def two_servers(folders: pytest.TempPathFactory, url: str, **settings: str) -> Iterator[Pair]:
    """Two servers of one database."""
    migrate(url)
    with ExitStack() as stack:
        pair = [
            Server(folders.mktemp("one-of-two"), DATABASE_URL=url, **settings) for _ in range(2)
        ]
        for server in pair:
            stack.enter_context(server)
        yield pair[0], pair[1]
        for server in pair:
            assert not server.log, "nothing that clients do is our fault"


@pytest.fixture(scope="session")
def sqlite_pair(
    new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    with two_servers(tmp_path_factory, new_database("sqlite")) as pair:
        yield pair


@pytest.fixture(scope="session")
def postgresql_pair(
    new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """They tell each other."""
    with two_servers(tmp_path_factory, new_database("postgresql")) as pair:
        yield pair


@pytest.fixture(scope="session")
def pooled_pair(
    new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """They cannot listen through a pooler, and look again and again."""
    url = new_database("postgresql")
    with two_servers(tmp_path_factory, url, DATABASE_POOLER="transaction") as pair:
        yield pair


@pytest.fixture(params=["sqlite", "postgresql", "pooled"])
def pair(request: pytest.FixtureRequest) -> Pair:
    found: Pair = request.getfixturevalue(f"{request.param}_pair")
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
async def alice(request: pytest.FixtureRequest) -> AsyncIterator[User]:
    """Somebody who talks to one server alone."""
    pair: Pair = request.getfixturevalue(f"{request.param}_pair")
    async with over_socket(pair[0].url) as api:
        yield api.user()


async def some_changes(user: User) -> list[Json]:
    """Five changes, one after the other, as they are told."""
    one, two = await user.create("one"), await user.create("two")
    edited = await user.send("PATCH", path_of(one), json={"description": "\r\n\n\u2028: "})
    done = await user.send("PATCH", f"{path_of(two)}/complete")
    await user.send("DELETE", path_of(one))
    return [one, two, edited.json(), done.json(), {"id": one["id"], "deleted": True}]


async def test_what_happens_is_told_as_it_happens(alice: User) -> None:
    async with listening(alice) as stream:
        told = asyncio.create_task(stream.take(5))
        changes = []
        for n in range(5):
            changes.append(await alice.create(f"{n}\r\n"))
            await asyncio.sleep(0.05)
        events = await told

    assert [event.data for event in events] == changes
    assert [event.id for event in events] == [f"c{n}" for n in range(1, 6)]
    assert {event.name for event in events} == {"change"}


async def test_the_answer_is_one_that_goes_on(alice: User) -> None:
    async with listening(alice) as stream:
        headers = stream.answer.headers

    assert headers["content-type"] == "text/event-stream"
    assert headers["cache-control"] == "private, no-cache, no-transform"
    assert headers["x-accel-buffering"] == "no"
    assert headers["server"] == "taskhaven"
    assert "content-length" not in headers


async def test_another_process_tells_of_it_too(pair: Pair) -> None:
    here, there = pair
    async with over_socket(here.url) as api, over_socket(there.url) as other:
        alice = api.user()
        writer = other.user(alice.subject)
        await writer.create("before")
        async with listening(alice) as stream:
            began = time.monotonic()
            task = await writer.create("there")
            events = await stream.take(1)
            done = await writer.send("PATCH", f"{path_of(task)}/complete")
            await writer.send("DELETE", path_of(await writer.create("and away")))
            events += await stream.take(2)
            took = time.monotonic() - began

    assert [event.data for event in events[:2]] == [task, done.json()]
    assert [event.id for event in events[:2]] == ["c2", "c3"]
    assert took < 5, "long before anybody looks to be on the safe side"


async def test_without_a_token_it_begins_now(alice: User) -> None:
    await some_changes(alice)

    async with listening(alice) as stream:
        new = await alice.create("new")
        (event,) = await stream.take(1)

    assert (event.id, event.data) == ("c6", new)


async def test_each_task_is_told_once_as_it_is_now_to_who_was_away(alice: User) -> None:
    _, _, _, done, gone = await some_changes(alice)

    async with listening(alice, "?since=c0") as stream:
        events = await stream.take(2)

    assert [(event.id, event.data) for event in events] == [("c4", done), ("c5", gone)]


async def test_the_header_wins_over_the_parameter(alice: User) -> None:
    *_, gone = await some_changes(alice)

    async with listening(alice, "?since=c0", after("c4")) as stream:
        (event,) = await stream.take(1)

    assert (event.id, event.data) == ("c5", gone)


async def test_who_is_not_done_with_the_present_tasks_goes_on_by_the_stream(alice: User) -> None:
    tasks = [await alice.create(str(n)) for n in range(4)]
    first = (await alice.send("GET", "/changes?limit=2")).json()
    edited = await alice.send("PATCH", path_of(tasks[0]), json={"title": "new"})

    async with listening(alice, f"?since={first['next']}") as stream:
        events = await stream.take(3)

    assert [event.data for event in events] == [*tasks[2:], edited.json()]
    assert events[-1].id == "c5"


async def test_nothing_is_told_of_others(pair: Pair) -> None:
    async with over_socket(pair[0].url) as api, over_socket(pair[1].url) as other:
        alice, bob = api.user(), other.user()
        async with listening(alice) as stream:
            told = asyncio.create_task(stream.take(1))
            await bob.create("secret")
            await api.user(bob.subject).create("secret")
            await asyncio.sleep(1.0)
            mine = await alice.create("mine")
            (event,) = await told

    assert (event.id, event.data) == ("c1", mine)


@pytest.mark.parametrize("token", ["x", "c", "c1-1", "%00"])
async def test_a_damaged_token_is_refused_before_the_stream_begins(alice: User, token: str) -> None:
    by_query = await alice.send("GET", f"/changes/stream?since={token}")
    by_header = await alice.send("GET", "/changes/stream?since=c0", headers=after("x"))
    unknown = await alice.send("GET", "/changes/stream?limit=1")

    assert named(by_query) == ["since"]
    assert named(by_header) == ["Last-Event-ID"]
    assert named(unknown) == ["limit"]


async def test_a_position_that_never_was_is_gone(alice: User) -> None:
    for said in ({}, after("c1")):
        answer = await alice.send("GET", "/changes/stream?since=c1", headers=said)
        assert refusal(answer) == (410, "history_gone")


async def test_it_is_for_its_owner_alone(alice: User) -> None:
    posing = User(alice.client, "somebody", alice.token)
    nobody = User(alice.client, alice.subject, "x")

    assert refusal(await posing.send("GET", "/changes/stream")) == (403, "forbidden")
    assert refusal(await nobody.send("GET", "/changes/stream")) == (401, "unauthorized")


async def test_head_ends_at_once(alice: User) -> None:
    async with asyncio.timeout(5):
        answer = await alice.send("HEAD", "/changes/stream")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "text/event-stream"


@pytest.mark.parametrize("storage", ["sqlite", "postgresql"])
async def test_who_was_cut_off_by_a_kill_goes_on_without_a_gap_or_a_repeat(
    new_database: Callable[[str], str], tmp_path: Path, storage: str
) -> None:
    with Server(tmp_path, DATABASE_URL=new_database(storage)) as server:
        seen: list[tuple[str | None, Json]] = []
        tasks: list[Json] = []
        for round_ in range(3):
            async with over_socket(server.url) as api:
                alice = api.user("alice")
                last = after(seen[-1][0] or "") if seen else {}
                async with listening(alice, "?since=c0", last) as stream:
                    told = asyncio.create_task(stream.take(4))
                    tasks += [await alice.create(f"{round_}.{n}") for n in range(4)]
                    seen += [(event.id, event.data) for event in await told]
                tasks += [await alice.create(f"{round_}: while nobody listens")]
                server.kill()
            server.start()
        async with over_socket(server.url) as api:
            alice = api.user("alice")
            async with listening(alice, headers=after(seen[-1][0] or "")) as stream:
                missing = len(tasks) - len(seen)
                seen += [(event.id, event.data) for event in await stream.take(missing)]

    assert seen == [(f"c{n}", task) for n, task in enumerate(tasks, 1)]


async def test_a_server_that_is_told_to_stop_sends_its_listeners_away_and_stops(
    new_database: Callable[[str], str], tmp_path: Path
) -> None:
    server = Server(tmp_path, DATABASE_URL=new_database("sqlite"), WORKERS="2")
    server.start()
    async with over_socket(server.url) as api, AsyncExitStack() as stack:
        users = [api.user() for _ in range(6)]
        streams = [await stack.enter_async_context(listening(user)) for user in users]
        told = [asyncio.create_task(stream.take(1)) for stream in streams]
        await asyncio.sleep(0.2)

        began = time.monotonic()
        await asyncio.to_thread(server.stop)
        ends = await asyncio.gather(*told)

    assert time.monotonic() - began < 8
    for (end,) in ends:
        assert (end.name, end.id, end.data) == ("end", None, {"reason": "restart"})
    assert not server.log
