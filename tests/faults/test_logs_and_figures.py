"""Nobody's request depends on what the service says of itself (catalogue F11, F22).

Neither on the log, which may be full, nor on the figures that workers share in a folder.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.command_line import PATIENCE
from tests.disks import SmallDisk
from tests.http.api import User, over_socket, path_of
from tests.http.server import Server
from tests.processes import children

ROUNDS = 20
FEW = 320 * 1024  # bytes: less than the figures of a worker take once it has served a while


class Unheard(Server):
    """Says what it says to where nothing can be written, and nothing can be read back."""

    @property
    def log(self) -> str:
        return "it went to a disk that is full"


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], SmallDisk]]:
    """Makes one of so many bytes, which goes after the test."""
    if missing := SmallDisk.missing():
        pytest.skip(missing)
    made: list[SmallDisk] = []

    def make(size: int) -> SmallDisk:
        made.append(SmallDisk(size).__enter__())
        return made[-1]

    yield make
    for disk in made:
        disk.__exit__()


async def use_everything(user: User) -> None:
    """Requests to many routes, in many ways, each answered as it should be."""
    task = await user.create()
    for path in ("/tasks", path_of(task), "/trash", "/changes", f"{path_of(task)}/history"):
        assert (await user.send("GET", path)).status_code == 200
    assert (await user.send("PATCH", path_of(task), json={"title": "x"})).status_code == 200
    assert (await user.send("PATCH", f"{path_of(task)}/complete")).status_code == 200
    assert (await user.send("DELETE", path_of(task))).status_code == 204
    for path in ("/nowhere", "/health/live", "/health/ready", "/openapi.json", "/docs"):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "FOO"):
            answer = await user.client.request(method, path)
            assert answer.status_code in {200, 204, 404, 405}


async def figure(user: User, name: str) -> float:
    """What the figures say of a name without labels."""
    answer = await user.client.get("/metrics")
    assert answer.status_code == 200, answer.text
    (line,) = [line for line in answer.text.splitlines() if line.startswith(f"{name} ")]
    return float(line.split()[1])


async def until(ask: Callable[[], Awaitable[float]]) -> None:
    """Return when the answer is more than nothing; figures are taken every second."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if await ask():
                return
            await asyncio.sleep(0.1)


async def is_there(client: httpx2.AsyncClient) -> bool:
    try:
        return (await client.get("/health/live")).status_code == 200
    except httpx2.TransportError:
        return False


async def test_F11_a_log_that_is_full_from_the_start_costs_lines_and_no_request(
    tmp_path: Path,
) -> None:
    (tmp_path / "stderr").symlink_to("/dev/full")

    with Unheard(tmp_path, DATABASE_URL="memory:", LOG_LEVEL="debug") as server:
        async with over_socket(server.url) as api:
            for _ in range(ROUNDS):
                await use_everything(api.user())
            await until(lambda: figure(api.user(), "taskhaven_log_lines_dropped"))


async def test_F11_a_log_with_room_again_is_written_again(
    tmp_path: Path, small_disk: Callable[[int], SmallDisk]
) -> None:
    disk = small_disk(FEW)
    log = disk.path / "log"
    (tmp_path / "stderr").symlink_to(log)

    with Server(tmp_path, DATABASE_URL="memory:", LOG_LEVEL="info") as server:
        async with over_socket(server.url) as api:
            disk.fill()
            for _ in range(ROUNDS):
                await use_everything(api.user())
            full = log.stat().st_size
            disk.free()
            for _ in range(ROUNDS):
                await use_everything(api.user())
        server.stop()

    assert log.stat().st_size > full
    assert '"event":"request"' in log.read_text()[full:]


async def test_F22_figures_whose_disk_is_full_are_left_out_and_no_request_fails(
    tmp_path: Path, small_disk: Callable[[int], SmallDisk], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = small_disk(FEW + 128 * 1024)
    monkeypatch.setenv("TMPDIR", str(disk.path))

    with Server(tmp_path, DATABASE_URL="memory:") as server:
        async with over_socket(server.url) as api:
            workers = children(server.pid)
            disk.fill()
            for _ in range(ROUNDS):
                await use_everything(api.user())
            assert await figure(api.user(), "taskhaven_workers") == 1
            disk.free()
            await use_everything(api.user())
            assert 'route="/api/v1/{user_id}/trash"' in (await api.client.get("/metrics")).text
        assert children(server.pid) == workers
        assert server.log.count("\n") == 1
        assert '"event":"figures are left out"' in server.log


@pytest.mark.parametrize("left", ["nothing", "an empty folder"])
async def test_F22_figures_whose_folder_is_gone_are_left_out_and_no_request_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))

    with Server(tmp_path, DATABASE_URL="memory:") as server:
        async with over_socket(server.url) as api:
            workers = children(server.pid)
            (folder,) = (tmp_path / "tmp").iterdir()
            shutil.rmtree(folder)
            if left != "nothing":
                folder.mkdir()
            for _ in range(ROUNDS):
                await use_everything(api.user())
            assert (await api.client.get("/metrics")).status_code == 200
        assert children(server.pid) == workers


async def test_F22_a_worker_that_starts_without_room_for_figures_serves(
    tmp_path: Path, small_disk: Callable[[int], SmallDisk], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = small_disk(2 * FEW)
    monkeypatch.setenv("TMPDIR", str(disk.path))

    with Server(tmp_path, DATABASE_URL="memory:") as server:
        (before,) = children(server.pid)
        disk.fill()
        os.kill(before, signal.SIGKILL)
        async with over_socket(server.url) as api:
            await until(lambda: is_there(api.client))
            for _ in range(ROUNDS):
                await use_everything(api.user())
            assert (await api.client.get("/metrics")).status_code == 200
        assert before not in children(server.pid)
