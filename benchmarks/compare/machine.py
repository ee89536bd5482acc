"""What was measured, and on what."""

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psycopg

from benchmarks.compare.places import FASTIFY, PEERS

_PYTHON_PEERS = ("fastapi", "sqlmodel", "asyncpg", "uvicorn")


def facts(url: str, node: str | None, folder: Path) -> Iterator[str]:
    """Date, machine and versions, in parts of sentences; the databases lie in `folder`."""
    yield from own_facts(url, folder)
    locked = (PEERS / "fastapi_app" / "requirements.lock").read_text()
    yield f"{', '.join(_locked(locked, name) for name in _PYTHON_PEERS)};"
    if node is not None:
        asked = json.loads((FASTIFY / "package.json").read_text())["dependencies"]
        yield f"{', '.join(f'{name} {number}' for name, number in sorted(asked.items()))}"
        yield f"on Node {_output(node, '--version').removeprefix('v')}."


def own_facts(url: str, folder: Path) -> Iterator[str]:
    """The same without what belongs to the peers."""
    yield f"{datetime.now(UTC):%Y-%m-%d}; {os.cpu_count()} processors ({_processor()}) for the"
    yield f"load, the systems and PostgreSQL together; data on {_file_system(folder)}."
    with psycopg.connect(url) as connection:
        server = connection.info.server_version // 10_000, connection.info.server_version % 10_000
    yield f"PostgreSQL {server[0]}.{server[1]}, `fsync` on, default settings;"
    python = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    yield f"Python {python}; Taskhaven {version('taskhaven')};"


def _locked(lock: str, name: str) -> str:
    found = re.search(rf"^{name}==([\w.]+)", lock, re.MULTILINE)
    return f"{name} {found[1] if found else '?'}"


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()


def _file_system(folder: Path) -> str:
    return _output("stat", "--file-system", "--format=%T", str(folder))


def _output(*command: str) -> str:
    done = subprocess.run(  # noqa: S603 - what is written here
        command, capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()
