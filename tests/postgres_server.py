"""A real PostgreSQL for the tests: one that is running already, or one of our own.

with postgres() as server:
    url = server.create_database("orders")
"""

import os
import secrets
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote

import psycopg

from tests.ports import free_port
from tests.postgres_programs import Guard, Programs
from tests.running_server import RunningServer

Mode = Literal["fast", "immediate"]

# Seconds to wait for what takes half of one, but may take longer on a machine under load.
PATIENCE = 60.0


@contextmanager
def postgres() -> Iterator[RunningServer]:
    """The server that TEST_DATABASE_URL names, or else a new one, for the length of the block."""
    given = os.environ.get("TEST_DATABASE_URL")
    with RunningServer(given) if given else PostgresServer() as server:
        yield server


class PostgresServer(RunningServer):
    """A server of our own, with a directory of its own, which goes when the tests go.

    A `durable` one keeps what it has acknowledged when it is killed; the others are quicker. The
    directory lies `below` one that is short enough for a socket and open to the account nobody.
    `url` leads over TCP and has a password, `socket_url` through the Unix socket and has none.
    The role in both is a superuser.
    """

    def __init__(self, *, durable: bool = False, below: str = "/tmp") -> None:  # noqa: S108
        self.password = secrets.token_hex(16)
        self.port = free_port()
        super().__init__(f"postgresql://taskhaven:{self.password}@127.0.0.1:{self.port}/postgres")
        self._durable = durable
        self._below = below
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def available(cls) -> str | None:
        """None when a server can start here, else the reason why not."""
        return Programs.missing()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def socket_url(self, database: str) -> str:
        name = quote(database, safe="")
        return f"postgresql://taskhaven@/{name}?host={self.directory}&port={self.port}"

    def start(self) -> None:
        """Make a new, empty server, and wait until it answers."""
        self.directory = Path(tempfile.mkdtemp(prefix="taskhaven-", dir=self._below))
        self.log = self.directory / "log"
        self._guard = Guard(self.directory)
        try:
            self._initialise()
            self._launch()
        except BaseException:
            self.stop("immediate")
            raise

    def halt(self, mode: Mode = "fast") -> None:
        """Shut the server down for a while: `restart` brings it back, at the same URL."""
        self._end(signal.SIGINT if mode == "fast" else signal.SIGQUIT)

    def kill(self) -> None:
        """End the server with SIGKILL, and wait until the last of its processes has gone."""
        self._end(signal.SIGKILL)

    def restart(self, mode: Mode = "fast") -> None:
        """Start the server again with the data it had, after a shutdown if it is still running."""
        self.halt(mode)
        self._launch()

    def stop(self, mode: Mode = "fast") -> None:
        """Shut the server down and leave nothing behind."""
        try:
            self.halt(mode)
        finally:
            self._guard.dismiss()

    def _initialise(self) -> None:
        password = self.directory / "password"
        password.write_text(self.password)
        self._programs = Programs(self.directory)
        initdb = self._programs.start(
            "initdb",
            *(f"--pgdata={self.directory}/data", "--locale=C", "--encoding=UTF8"),
            *("--username=taskhaven", f"--pwfile={password}"),
            *("--auth-local=trust", "--auth-host=scram-sha-256"),
            *("--no-sync", "--no-instructions"),
            log=self.log,
        )
        if initdb.wait(PATIENCE) != 0:
            raise RuntimeError(f"initdb failed:\n{self._last_words()}")

    def _launch(self) -> None:
        settings = [
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            f"unix_socket_directories={self.directory}",
            "max_connections=200",
        ]
        if not self._durable:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        # Each process of the server inherits one end of this pipe: when the last of them has gone,
        # and not before, the other end reads as closed.
        self._family, inherited = os.pipe()
        self._process = self._programs.start(
            "postgres",
            *("-D", f"{self.directory}/data"),
            *(f"--{setting}" for setting in settings),
            log=self.log,
            inherit=[inherited],
        )
        os.close(inherited)
        self._guard.watch(self._process.pid)
        self._wait_until_ready(self._process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(psycopg.OperationalError):
                psycopg.connect(self._url, connect_timeout=2).close()
                return
            time.sleep(0.01)
        raise RuntimeError(f"PostgreSQL did not start:\n{self._last_words()}")

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        self._process.wait(PATIENCE)
        gone = select.poll()
        gone.register(self._family)
        if not gone.poll(PATIENCE * 1000):
            raise TimeoutError("the server has ended, but not all of its processes have")
        os.close(self._family)
        self._process = None
        self._guard.watch(None)

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else "(nothing)"
