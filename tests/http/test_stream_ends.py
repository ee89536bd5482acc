"""What a stream does while nothing happens, and how it ends; in process, where time can be bent."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import pytest
from dependency_injector import providers
from litestar.types import ASGIApp

from application.errors import Unavailable
from domain.owner import Actor, Owner
from entrypoints.container import Container
from entrypoints.http import live, streaming
from entrypoints.http.incoming import Incoming
from entrypoints.http.streaming import Streamed
from entrypoints.worker import assemble
from tests.http.answers import refusal
from tests.http.api import User, container, in_process, path_of, signer_of
from tests.http.clock import Clock
from tests.http.streams import Asked

NOW = "2026-11-21T09:30:00+00:00"
LATER = datetime.fromisoformat(NOW) + timedelta(hours=1)
MOST = 50


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def made(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Container:
    monkeypatch.setattr(live, "_LOOK", 0.01)
    made = container()
    made.now.override(providers.Object(clock))
    return made


@pytest.fixture
def app(made: Container) -> ASGIApp:
    return assemble(made)


@pytest.fixture
async def alice(made: Container, app: ASGIApp, clock: Clock) -> AsyncIterator[User]:
    """Somebody whose token is good for a minute."""
    async with in_process(made, app) as api:
        until = clock.at + timedelta(minutes=1)
        yield User(
            api.client, "alice", signer_of(made).sign(Actor(Owner("alice")), expires_at=until)
        )


def followers(made: Container) -> int:
    return sum(len(followed.waiting) for followed in made.feed()._followed.values())


async def test_a_quiet_stream_sends_a_comment_now_and_then(alice: User, app: ASGIApp) -> None:
    asked = Asked(app, alice)

    async with asked.running():
        await asked.until(":", 4)

    start, *_ = asked.sent
    assert (start["type"], start["status"]) == ("http.response.start", 200)
    assert asked.text.startswith("retry: 1000\n\n: \n\n: \n\n")
    assert "event" not in asked.text


async def test_a_comment_comes_every_15_seconds() -> None:
    assert live._LOOKS_TO_A_COMMENT * 5.0 == 15.0


async def test_a_change_is_told_at_once(alice: User, app: ASGIApp) -> None:
    asked = Asked(app, alice)

    async with asked.running():
        await asked.until("retry")
        task = await alice.create()
        await asked.until("event: change")

    assert f'event: change\nid: c1\ndata: {{"id":"{task["id"]}"' in asked.text


async def test_it_ends_when_the_token_has_expired(alice: User, app: ASGIApp, clock: Clock) -> None:
    asked = Asked(app, alice)

    async with asked.running() as task:
        await asked.until(":", 2)
        clock.at += timedelta(minutes=1, seconds=29)
        await asked.until(":", 3)
        assert not task.done()
        clock.at += timedelta(seconds=2)
        await task

    assert asked.text.endswith('event: end\ndata: {"reason":"unauthorized"}\n\n')
    assert asked.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


async def test_no_change_is_told_to_who_was_shut_out(
    alice: User, app: ASGIApp, made: Container, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_LOOK", 60.0)
    asked = Asked(app, alice)

    async with asked.running() as task:
        await asked.until("retry")
        clock.at += timedelta(minutes=2)
        actor = Actor(Owner("alice"))
        await made.create_task()(actor, actor.owner, {"title": "secret"})
        await task

    assert "secret" not in asked.text
    assert asked.text.endswith('event: end\ndata: {"reason":"unauthorized"}\n\n')


async def test_it_ends_when_storage_is_away(
    alice: User, app: ASGIApp, made: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise Unavailable("away")

    asked = Asked(app, alice)

    async with asked.running() as task:
        await asked.until("retry")
        monkeypatch.setattr(type(made.journal()), "changes", away)
        made.feed().wake()
        await task

    assert asked.text.endswith('event: end\ndata: {"reason":"unavailable"}\n\n')


async def test_it_ends_when_what_it_would_tell_is_no_longer_kept(
    alice: User, app: ASGIApp, made: Container
) -> None:
    task, owner = await alice.create(), Owner("alice")
    asked = Asked(app, alice)

    async with asked.running() as streaming_:
        await asked.until("retry")
        now = await made.complete_task()(Actor(owner), owner, UUID(task["id"]))
        await made.journal().trim(owner, before=now.updated_at + timedelta(1), limit=9)
        await streaming_

    assert asked.text.endswith('event: end\ndata: {"reason":"history_gone"}\n\n')


async def test_it_ends_when_the_process_is_about_to(alice: User, app: ASGIApp) -> None:
    asked, too_late = Asked(app, alice), Asked(app, alice)

    async with asked.running() as task, asyncio.timeout(5):
        await asked.until("retry")
        os.kill(os.getpid(), signal.SIGUSR1)
        await task
    async with too_late.running() as task, asyncio.timeout(5):
        await task

    assert too_late.text == asked.text
    assert asked.text.endswith('event: end\ndata: {"reason":"restart"}\n\n')


async def test_a_client_that_goes_away_leaves_nothing_behind(
    alice: User, app: ASGIApp, made: Container
) -> None:
    before = asyncio.all_tasks()
    asked = Asked(app, alice)

    async with asked.running() as task:
        await asked.until("retry")
        there = followers(made)
        asked.left.set()
        async with asyncio.timeout(5):
            await task

    assert (there, followers(made)) == (1, 0)
    assert asyncio.all_tasks() == before


async def test_who_is_cancelled_leaves_nothing_behind(
    alice: User, app: ASGIApp, made: Container
) -> None:
    before = asyncio.all_tasks()

    asked = Asked(app, alice)

    async with asked.running() as task:
        await asked.until("retry")
        assert followers(made) == 1
        task.cancel()

    assert followers(made) == 0
    assert asyncio.all_tasks() == before


async def test_head_follows_nobody(alice: User, app: ASGIApp, made: Container) -> None:
    asked = Asked(app, alice, method="HEAD")

    async with asked.running() as task, asyncio.timeout(5):
        await task

    assert asked.text == ""
    assert asked.sent[-1]["more_body"] is False
    assert followers(made) == 0


async def test_a_client_that_takes_nothing_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "_SLOW", 0.01)
    closed = asyncio.Event()
    sent: list[Any] = []

    async def events() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"data: x\n\n"
        finally:
            closed.set()

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) == 3:
            await asyncio.Event().wait()

    async def receive() -> Any:
        await asyncio.Event().wait()

    scope: Any = {"type": "http", "method": "GET", "headers": []}
    scope |= {"path_params": {}, "path_template": "/", "state": {"incoming": Incoming.of(scope)}}
    async with asyncio.timeout(5):
        await Streamed(events())(scope, receive, send)

    assert closed.is_set()
    assert len(sent) == 3
    assert all(message.get("more_body", True) for message in sent), "it must not look finished"


async def test_more_than_50_of_one_user_are_refused(
    alice: User, app: ASGIApp, made: Container
) -> None:
    streams = [Asked(app, alice) for _ in range(MOST)]
    others = User(alice.client, "bob", signer_of(made).sign(Actor(Owner("bob")), expires_at=LATER))

    async with AsyncExitStack() as stack:
        for asked in streams:
            await stack.enter_async_context(asked.running())
            await asked.until("retry")
        crowded = await alice.send("GET", "/changes/stream")
        of_another = Asked(app, others)
        await stack.enter_async_context(of_another.running())
        await of_another.until("retry")

        assert refusal(crowded) == (503, "crowded")
        assert crowded.headers["retry-after"] == "1"
        assert followers(made) == MOST + 1
    assert followers(made) == 0


async def test_of_too_many_that_come_at_once_those_too_many_end_at_once(
    alice: User, app: ASGIApp, made: Container
) -> None:
    streams = [Asked(app, alice) for _ in range(MOST + 3)]

    async with AsyncExitStack() as stack:
        running = [await stack.enter_async_context(asked.running()) for asked in streams]
        async with asyncio.timeout(5):
            for ended in islice(asyncio.as_completed(running), 3):
                await ended

        assert followers(made) == MOST
        assert sum(not task.done() for task in running) == MOST


async def test_the_stream_of_the_trash_and_back(alice: User, app: ASGIApp) -> None:
    task = await alice.create()
    asked = Asked(app, alice, query="since=c1")

    async with asked.running():
        await alice.send("DELETE", path_of(task))
        await asked.until("id: c2")
        await alice.send("POST", f"{path_of(task)}/restore")
        await asked.until("id: c3")

    assert f'id: c2\ndata: {{"id":"{task["id"]}","deleted":true}}\n\n' in asked.text
    assert '"version":3' in asked.text
