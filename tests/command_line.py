"""The command line as people use it: child processes with an environment of their own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2

from tests.canaries import CANARIES
from tests.http.api import SECRET

# Seconds for what takes one, but may take longer on a machine under load.
PATIENCE = 30.0

TASKHAVEN = (sys.executable, "-m", "entrypoints.cli")
# Every test calls from the one loopback address, which would soon have tried too often.
GOOD = {"JWT_SECRET": SECRET, "RATE_LIMIT": "off"}

_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")  # what a program needs to run at all


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """These settings, and none that the tests' own environment may hold."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | dict(settings)


def run(
    *arguments: str, folder: Path, said: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """`taskhaven …`, run to its end in `folder`, which `said` something on standard input."""
    done = subprocess.run(
        [*TASKHAVEN, *arguments],
        cwd=folder,
        env=environment(settings),
        input=said,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    printed = "" if arguments[:1] == ("token",) else done.stdout  # which is there to print one
    CANARIES.look(printed + done.stderr, f"what taskhaven {' '.join(arguments[:1])} said")
    return done


def token_of_alice(folder: Path, **settings: str) -> str:
    """A token as the command line makes it."""
    made = run("token", "--user", "alice", folder=folder, **settings)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def ask(url: str, token: str, title: str | None = None) -> Any:
    """Alice's tasks, or the new one of this title."""
    with httpx2.Client(base_url=url, verify=False) as client:
        answer = client.request(
            "GET" if title is None else "POST",
            "/api/v1/alice/tasks",
            headers={"authorization": f"Bearer {token}"},
            json=None if title is None else {"title": title},
        )
    assert answer.is_success, answer.text
    return answer.json()
