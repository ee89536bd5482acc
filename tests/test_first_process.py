"""`taskhaven serve` as the first process of a container (catalogue O08)."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.command_line import GOOD, PATIENCE, TASKHAVEN, environment
from tests.ports import free_port

_UNSHARE = ("unshare", "--pid", "--fork", "--kill-child")
_WAYS = (_UNSHARE, (*_UNSHARE, "--user", "--map-root-user"))  # root's, and everybody's


def unsharing() -> tuple[str, ...] | None:
    """What starts a command as process 1 of a namespace of its own, if anything here does."""
    if shutil.which("unshare") is None:
        return None
    for way in _WAYS:
        if subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
            return way
    return None


def children(pid: int) -> list[int]:
    """The processes that this one has started and not yet buried."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


@pytest.fixture
def first(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """What started the server, which is its first process, and that process as seen from here."""
    way = unsharing()
    if way is None:
        pytest.skip("process namespaces may not be made here")
    port = free_port()
    # One worker: of several, an answer does not tell whether all have started.
    settings = {**GOOD, "PORT": str(port), "WORKERS": "1", "LOG_LEVEL": "warning"}
    with (tmp_path / "stderr").open("wb") as errors:
        started = subprocess.Popen(
            [*way, *TASKHAVEN, "serve"],
            cwd=tmp_path,
            env=environment(settings),
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health/ready", started)
        (server,) = children(started.pid)
        yield started, server
    finally:
        started.kill()  # and with it all in the namespace
        started.wait(PATIENCE)


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "it ended"
        try:
            if httpx2.get(url, verify=False).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise TimeoutError(url)


def test_O08_the_first_process_ends_well_when_it_is_told_to(
    first: tuple["subprocess.Popen[bytes]", int], tmp_path: Path
) -> None:
    started, server = first
    workers = children(server)
    assert workers

    os.kill(server, signal.SIGTERM)

    assert started.wait(PATIENCE) == 0, (tmp_path / "stderr").read_text()
    assert (tmp_path / "stderr").read_text() == ""
    assert not [pid for pid in (server, *workers) if Path(f"/proc/{pid}").exists()]


def test_O08_the_first_process_buries_a_worker_that_died(
    first: tuple["subprocess.Popen[bytes]", int],
) -> None:
    _, server = first
    before = children(server)

    os.kill(before[0], signal.SIGKILL)

    deadline = time.monotonic() + PATIENCE
    while len(alive := [pid for pid in children(server) if pid != before[0]]) < len(before):
        assert time.monotonic() < deadline, alive
        time.sleep(0.05)
    assert not Path(f"/proc/{before[0]}").exists()
