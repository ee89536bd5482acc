"""A body has a time to arrive in, and a 413 a time to be read in (contract §5)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from entrypoints.http import intake
from tests.http.answers import refusal
from tests.http.api import Api


async def trickle(first: bytes, released: asyncio.Event) -> AsyncIterator[bytes]:
    """The beginning of a body, whose rest does not come before it is released."""
    yield first
    await released.wait()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_PATIENCE", 0.05)
    monkeypatch.setattr(intake, "_DRAIN_PATIENCE", 0.05)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("first", [b"", b'{"title":'])
async def test_a_body_that_does_not_arrive_is_given_up(memory_api: Api, first: bytes) -> None:
    alice = memory_api.user()

    answer = await alice.send("POST", content=trickle(first, asyncio.Event()))

    assert refusal(answer) == (408, "slow_body")
    assert answer.headers["connection"] == "close"
    assert (await alice.send("GET")).json() == []


@pytest.mark.usefixtures("hasty")
async def test_a_body_that_is_too_large_and_then_stops_is_answered(memory_api: Api) -> None:
    body = trickle(b" " * (intake.LONGEST_BODY + 1), asyncio.Event())

    answer = await memory_api.user().send("POST", content=body)

    assert refusal(answer) == (413, "body_too_large")


async def test_a_body_without_an_end_is_answered(
    memory_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_MOST_DRAINED", 2 * intake.LONGEST_BODY)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            yield b" " * 65_536
            await asyncio.sleep(0)

    answer = await memory_api.user().send("POST", content=endless())

    assert refusal(answer) == (413, "body_too_large")
    assert sent <= 4 * intake.LONGEST_BODY


async def test_a_body_that_takes_its_time_is_waited_for(memory_api: Api) -> None:
    released = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, released.set)

    answer = await memory_api.user().send("POST", content=trickle(b'{"title": "x"}', released))

    assert answer.status_code == 201
