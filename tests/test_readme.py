"""What the README says, done as it says it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMAND = Path(sys.executable).with_name("taskhaven")


def _block(language: str, containing: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (block,) = [text for text in blocks if containing in text]
    return str(block)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def served(tmp_path: Path, port: int) -> Iterator[Path]:
    """A folder like a newcomer's, with the server started in it as `make serve` does."""
    environ = {"PATH": os.environ["PATH"], "PORT": str(port)}
    server = subprocess.Popen([COMMAND, "serve"], cwd=tmp_path, env=environ)
    try:
        _wait_for(f"http://127.0.0.1:{port}/health/ready")
        yield tmp_path
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url)  # noqa: S310 - an address of our own
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} never answered")


def test_the_use_cases_run_without_http_as_shown() -> None:
    result = subprocess.run(
        [sys.executable, "-c", _block("python", "create_task")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout == "Buy milk True 2\n"


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README's request is made with curl")
def test_the_first_request_creates_a_task_that_the_second_shows(served: Path, port: int) -> None:
    script = _block("sh", "token --user alice")
    script = script.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    script = script.replace(".venv/bin/taskhaven", str(COMMAND))

    result = subprocess.run(
        ["bash", "-euc", script],
        cwd=served,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.count('"title":"Buy milk"') == 2
    assert result.stdout.count('"due_date":"2026-12-01"') == 2


def test_ci_runs_the_command_that_the_readme_gives() -> None:
    command = _block("sh", "make test").strip()

    assert (ROOT / ".ci/run").read_text().splitlines()[-1] == command


def test_what_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", README)

    assert links
    assert all((ROOT / link).exists() for link in links)
