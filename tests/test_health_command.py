"""`taskhaven health`, as container health checks and scripts run it."""

import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.command_line import PATIENCE, run
from tests.http.server import Server
from tests.ports import free_port

ROOT = Path(__file__).parents[1]


class Listening(Server):
    """A server that may listen on IPv6 alone."""

    def connect(self) -> socket.socket:
        host = "::1" if ":" in self._settings["HOST"] else "127.0.0.1"
        return socket.create_connection((host, self.port), timeout=PATIENCE)


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::", "::1"])  # noqa: S104 - a test's
def test_a_service_that_is_ready_says_so_wherever_it_listens(tmp_path: Path, host: str) -> None:
    if ":" in host and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with Listening(tmp_path, HOST=host, DATABASE_URL="memory:") as server:
        asked = run("health", folder=tmp_path, HOST=host, PORT=str(server.port))

    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout.startswith('{"status":"ready","timestamp":"')
    assert asked.stdout.count("\n") == 1


def test_one_that_is_not_ready_says_so_too(
    tmp_path: Path, sqlite_url: str, sqlite_file: Path
) -> None:
    with Server(tmp_path, DATABASE_URL=sqlite_url) as server:
        with closing(sqlite3.connect(sqlite_file)) as file, file:
            file.execute("UPDATE alembic_version SET version_num = '9999'")
        asked = run("health", folder=tmp_path, PORT=str(server.port))

    assert (asked.returncode, asked.stderr) == (1, "")
    assert asked.stdout.startswith('{"status":"not ready"')


def test_nobody_there_is_said(tmp_path: Path) -> None:
    port = free_port()

    asked = run("health", folder=tmp_path, PORT=str(port))

    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr == f"Error: nothing answers on port {port} of 127.0.0.1\n"


def test_one_that_comes_up_is_waited_for(tmp_path: Path) -> None:
    server = Server(tmp_path, DATABASE_URL="memory:")
    server.launch()
    try:
        asked = run("health", "--wait", "25", folder=tmp_path, PORT=str(server.port))
    finally:
        server.kill()

    assert (asked.returncode, asked.stderr) == (0, "")


def test_waiting_ends(tmp_path: Path) -> None:
    asked = run("health", "--wait", "1", folder=tmp_path, PORT=str(free_port()))

    assert asked.returncode == 1


@contextmanager
def somebody_else(says: bytes) -> Iterator[int]:
    """The port of something that is not this service, and answers everybody with these bytes."""

    def answer() -> None:
        with listener.accept()[0] as connection:
            connection.recv(65_536)
            connection.sendall(says)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(PATIENCE)


@pytest.mark.parametrize("says", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 404 Nope\r\n\r\n"])
def test_somebody_else_on_the_port_is_not_ready(tmp_path: Path, says: bytes) -> None:
    with somebody_else(says) as port:
        asked = run("health", folder=tmp_path, PORT=str(port))

    assert asked.returncode == 1
    assert "Traceback" not in asked.stderr


HEAVY = ("alembic", "asyncio", "dependency_injector", "litestar", "psycopg", "sqlalchemy")


def test_it_starts_quickly_since_it_imports_little() -> None:
    names = "import sys, http.client, entrypoints.cli; print(*sys.modules)"

    child = subprocess.run(
        [sys.executable, "-c", names], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert "entrypoints.cli.asking" in child.stdout
    assert not [name for name in child.stdout.split() if name.partition(".")[0] in HEAVY]


def test_no_other_setting_has_to_be_right_and_none_is_made(tmp_path: Path) -> None:
    with Server(tmp_path, DATABASE_URL="memory:") as server:
        before = {*tmp_path.iterdir()}
        asked = run("health", folder=tmp_path, PORT=str(server.port), DATABASE_URL="nonsense")
        assert {*tmp_path.iterdir()} == before

    assert asked.returncode == 0


@pytest.mark.parametrize("settings", [{"PORT": "http"}, {"HOST": "everywhere"}])
def test_a_bad_address_is_named(tmp_path: Path, settings: dict[str, str]) -> None:
    asked = run("health", folder=tmp_path, **settings)

    assert asked.returncode == 2
    assert asked.stderr.startswith(f"Error: {next(iter(settings))} must be")
