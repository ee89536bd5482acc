"""Whoever reads the log, or does not, requests are answered (F22)."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.figures import Figures, until
from tests.http.server import Server

LIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"
LAST = LIVE + b"Connection: close\r\n\r\n"
FULL = 12_000  # requests, a line each: more than a pipe and the lines that wait can hold
DROPPED = "taskhaven_log_lines_dropped"


class Unread(Server):
    """Its standard error is a pipe that nobody reads, unless somebody asks for the `log`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, LOG_LEVEL="debug", LOG_FORMAT="json")
        os.mkfifo(folder / "stderr")
        self.end = os.open(folder / "stderr", os.O_RDWR | os.O_NONBLOCK)

    def turn_away(self) -> None:
        """Whoever writes has no reader from now on."""
        if self.end >= 0:
            os.close(self.end)
        self.end = -1

    @property
    def log(self) -> str:
        """What is in the pipe now."""
        read = b""
        while True:
            try:
                read += os.read(self.end, 65_536)
            except OSError:  # nothing is left, or the end is closed
                return read.decode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Unread]:
    with Unread(tmp_path) as server:
        yield server
    server.turn_away()


def answered(server: Server, count: int) -> int:
    answers = server.exchange((LIVE + b"\r\n") * (count - 1) + LAST)
    return sum(answer.status_code == 200 for answer in answers)


async def figures(server: Server) -> Figures:
    (answer,) = server.exchange(b"GET /metrics HTTP/1.0\r\n\r\n")
    return Figures.read(answer.text)


async def test_F22_a_log_that_nobody_reads_stops_nobody(server: Unread) -> None:
    assert sum(answered(server, 500) for _ in range(FULL // 500)) == FULL
    seen = await until(lambda: figures(server), lambda now: now.of(DROPPED) > 0)
    assert seen.of("taskhaven_requests_total", route="/health/live") >= FULL

    text = ""

    async def goes_on() -> bool:
        nonlocal text
        text += server.log
        server.exchange(LIVE + b"X-Request-ID: once-more\r\nConnection: close\r\n\r\n")
        return '"request_id":"once-more"' in text

    await until(goes_on, bool)
    lines = text.splitlines()
    assert all(json.loads(line)["event"] for line in lines[:-1]), "each of them whole"


async def test_F22_a_log_whose_reader_is_gone_stops_nobody(server: Unread) -> None:
    server.turn_away()

    assert answered(server, 500) == 500
    seen = await until(lambda: figures(server), lambda now: now.of(DROPPED) > 0)
    assert seen.of("taskhaven_requests_total", route="/health/live") >= 500
