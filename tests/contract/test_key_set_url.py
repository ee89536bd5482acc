"""A key set's address that answers badly: soon over, and never said to anybody (T30)."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from adapters.tokens import fetching
from adapters.tokens.fetching import KeySetUrl
from tests.key_pairs import key_set, pair
from tests.key_set_server import KeySetServer, complaint, saying, serving, trickling

DOCUMENT = key_set(pair("EdDSA"))


@pytest.fixture
async def server() -> AsyncIterator[KeySetServer]:
    async with serving(saying(DOCUMENT)) as server:
        yield server


async def test_a_document_is_fetched_as_it_is_again_and_again(server: KeySetServer) -> None:
    fetch = KeySetUrl(server.url)

    assert [await fetch() for _ in range(3)] == [DOCUMENT] * 3

    assert len(server.requests) == 3
    first = server.requests[0].decode().lower()
    assert first.startswith("get /canary/jwks.json http/1.1\r\n")
    assert "\r\naccept: application/json\r\n" in first
    assert "\r\naccept-encoding: identity\r\n" in first
    assert "authorization" not in first
    assert "cookie" not in first


@pytest.mark.parametrize(
    "status",
    ["500 Oops", "503 Busy", "404 Nothing", "401 No", "204 Empty", "203 Other", "206 Part"],
)
async def test_T30_only_200_is_an_answer(server: KeySetServer, status: str) -> None:
    server.answer = saying(DOCUMENT if status[:3] != "204" else b"", status=status)

    assert await complaint(server.url) == f"answered {status[:3]}"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Here", "308 There"])
@pytest.mark.parametrize(
    "location",
    [
        "{other}",
        "/canary/jwks.json?again",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data/",
        "https://example.org/",
        "//example.org/",
        "gopher://127.0.0.1/",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "\xff",
        "",
    ],
)
async def test_T30_a_redirect_is_not_followed(
    server: KeySetServer, status: str, location: str
) -> None:
    async with serving(saying(DOCUMENT)) as other:
        there = location.replace("{other}", other.url)
        server.answer = saying(b"", status=status, headers=[f"Location: {there}"])

        await complaint(server.url)

        assert len(server.requests) == 1
        assert other.requests == []


@pytest.mark.parametrize(
    "pace", [{"chunk": b"", "every": 0.01}, {"chunk": b" ", "every": 0.01}], ids=["silent", "slow"]
)
@pytest.mark.parametrize("headers", ["", "Content-Length: 1000\r\n"])
async def test_T30_an_answer_has_3_seconds_in_all(
    server: KeySetServer, monkeypatch: pytest.MonkeyPatch, pace: dict[str, float], headers: str
) -> None:
    assert fetching._PATIENCE == 3
    monkeypatch.setattr(fetching, "_PATIENCE", 0.3)
    server.answer = trickling(headers=headers, **pace)  # type: ignore[arg-type]
    began = time.monotonic()

    message = await complaint(server.url)

    assert message.startswith("no answer within")
    assert time.monotonic() - began < 3


async def test_T30_so_has_one_whose_head_never_ends(
    server: KeySetServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def head(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(10_000):
            writer.write(b"X-%d: x\r\n" % number)
            await writer.drain()
            await asyncio.sleep(0.01)

    monkeypatch.setattr(fetching, "_PATIENCE", 0.3)
    server.answer = head

    assert (await complaint(server.url)).startswith("no answer within")
