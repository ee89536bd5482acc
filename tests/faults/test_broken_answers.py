"""Something fails in a way that nobody foresaw (catalogue F21): it costs one answer at most.

The connection is closed where half an answer was sent, the process lives, and the log says once
what it was, in words that hold nothing of what a client sent.
"""

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import PATIENCE
from tests.http import server as servers
from tests.http.answers import refusal
from tests.http.api import container, in_process, over_socket, path_of
from tests.http.server import Server
from tests.processes import children

PROGRAM = Path(__file__).with_name("broken_server.py")


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(servers, "TASKHAVEN", (sys.executable, str(PROGRAM)))
    with Server(tmp_path, DATABASE_URL="memory:", LOG_FORMAT="json") as server:
        workers = children(server.pid)
        yield server
        assert children(server.pid) == workers


def told(server: Server) -> list[str]:
    """What the server says went wrong, a line each; the lines of requests are left out."""
    deadline = time.monotonic() + PATIENCE
    while not server.log and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "canary" not in server.log
    lines = [json.loads(line) for line in server.log.splitlines()]
    return [line["event"] for line in lines if "logger" in line]


def everything_from(server: Server, path: bytes) -> bytes:
    """All that comes until the server closes the connection, as it has to."""
    with server.connect() as connection:
        connection.sendall(b"GET %s HTTP/1.1\r\nhost: x\r\n\r\n" % path)
        received = bytearray()
        while data := connection.recv(65_536):
            received += data
    return bytes(received)


def test_F21_half_an_answer_is_seen_to_be_half_of_one(broken: Server) -> None:
    received = everything_from(broken, b"/broken/half")

    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"transfer-encoding: chunked" in received.lower()
    assert b"half of it" in received
    assert not received.endswith(b"0\r\n\r\n")
    assert broken.exchange(b"GET /health/live HTTP/1.0\r\n\r\n")[0].status_code == 200
    assert told(broken) == ["request failed"]


async def test_F21_a_text_that_has_no_encoding_is_our_fault(broken: Server) -> None:
    async with over_socket(broken.url) as api:
        answer = await api.client.get("/broken/text")
        after = await api.client.get("/health/live")

    assert refusal(answer) == (500, "internal")
    assert after.status_code == 200
    assert told(broken) == ["request failed"]


async def test_F21_a_log_that_fails_does_not_take_the_answer_back(broken: Server) -> None:
    async with over_socket(broken.url) as api:
        answer = await api.client.get("/broken/log")
        after = await api.client.get("/health/live")

    assert (answer.status_code, answer.text) == (200, "all of it")
    assert after.status_code == 200
    assert told(broken) == ["request not logged"]


async def test_F21_stored_text_that_has_no_encoding_costs_whoever_it_belongs_to(
    sqlite_url: str, sqlite_file: Path
) -> None:
    async with in_process(container(DATABASE_URL=sqlite_url)) as api:
        alice, bob = api.user(), api.user()
        task, fine = await alice.create(), await bob.create()
        with sqlite3.connect(sqlite_file) as connection:
            change = "UPDATE tasks SET title = CAST(x'ff' AS TEXT) WHERE id = ?"
            connection.execute(change, (task["id"],))
        connection.close()

        answers = [await alice.send("GET", path_of(task)), await alice.send("GET")]
        others = (await bob.send("GET")).json()

    assert [refusal(answer) for answer in answers] == [(500, "internal")] * 2
    assert others == [fine]
