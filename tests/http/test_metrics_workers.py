"""Several workers answer for all of them, also for those that were killed."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.figures import Figures, until
from tests.http.server import Server

CONNECTIONS = 40
EACH = 5  # requests
ASK = b"GET /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\n"
LAST = ASK + b"Connection: close\r\n\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path, WORKERS="2") as server:
        yield server


def workers(server: Server) -> set[int]:
    """The processes that the server has, but for those that only watch others."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    names = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
    return {pid for pid, name in names.items() if b"resource_tracker" not in name}


async def figures(server: Server) -> Figures:
    """What it says; a connection that waits for a worker that is killed is reset, so ask again."""

    async def ask() -> str:
        answers = server.exchange(b"GET /metrics HTTP/1.0\r\n\r\n")
        return answers[0].text if answers else ""

    return Figures.read(await until(ask, bool))


async def both_live(server: Server) -> None:
    await until(lambda: figures(server), lambda now: now.of("taskhaven_workers") == 2)


def ask_much(server: Server) -> None:
    """So many requests that each worker has its part."""

    def ask(_: int) -> int:
        return len(server.exchange((ASK + b"\r\n") * (EACH - 1) + LAST))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(CONNECTIONS))) == CONNECTIONS * EACH


async def counted(server: Server, expected: int) -> None:
    """A worker counts once it has answered, and that is a moment after the client has read it."""

    def refused(now: Figures) -> float:
        return now.of("taskhaven_requests_total", status="401", method="GET")

    await until(lambda: figures(server), lambda now: refused(now) >= expected)
    for _ in range(10):  # whoever of the two is asked
        now = await figures(server)
        assert refused(now) == expected
        assert now.of("taskhaven_problems_total", code="unauthorized") == expected
        timed = now.of("taskhaven_request_seconds_count", route="/api/v1/{user_id}/tasks")
        assert timed == expected


async def test_the_totals_are_exact_and_outlive_a_worker(server: Server) -> None:
    await both_live(server)
    ask_much(server)
    await counted(server, CONNECTIONS * EACH)

    before = workers(server)
    youngest = (await figures(server)).of("taskhaven_worker_started_timestamp_seconds")
    os.kill(min(before), signal.SIGKILL)
    await until(
        lambda: figures(server),
        lambda now: now.of("taskhaven_worker_started_timestamp_seconds") > youngest,
    )
    await both_live(server)

    assert len(workers(server) & before) == 1, "it was replaced"
    await counted(server, CONNECTIONS * EACH)
    ask_much(server)
    await counted(server, 2 * CONNECTIONS * EACH)


async def test_what_workers_hold_is_told_of_all_of_them(server: Server) -> None:
    await both_live(server)

    now = await figures(server)

    assert now.of("taskhaven_resident_bytes") > 2 * 30_000_000
    assert now.of("taskhaven_cpu_seconds_total") > 0
    assert 2 * 3 < now.of("taskhaven_open_files") < now.of("taskhaven_open_files_most")
    assert now.of("taskhaven_info", storage="sqlite") == 1
