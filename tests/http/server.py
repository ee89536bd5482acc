"""The server as a child process, and bytes to and from it."""

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from httpx2 import Response

from tests.canaries import CANARIES
from tests.command_line import GOOD, PATIENCE, TASKHAVEN, environment
from tests.http.answers import parse
from tests.ports import free_port, is_taken


class Server:
    """`taskhaven serve` on a free port; what it says goes to files in `folder`.

    Without settings to the contrary it verifies with the tests' secret.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._settings = {**GOOD, "LOG_LEVEL": "warning", **settings, "PORT": str(self.port)}
        self._said = (folder / "stdout", folder / "stderr")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self.stop()

    @property
    def pid(self) -> int:
        """That of the process that was started, which has workers."""
        assert self._process
        return self._process.pid

    @property
    def log(self) -> str:
        """All that it said on its standard error since the start."""
        return (self._folder / "stderr").read_text()

    @property
    def welcome(self) -> str:
        """All that it said on its standard output since the start."""
        return (self._folder / "stdout").read_text()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start it, and do not wait."""
        with (
            (self._folder / "stdout").open("wb") as out,
            (self._folder / "stderr").open("wb") as err,
        ):
            self._process = subprocess.Popen(
                [*TASKHAVEN, "serve"],
                cwd=self._folder,
                env=environment(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        CANARIES.watch(*self._said)

    def wait(self) -> None:
        """Return as soon as it answers."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self._process
            assert self._process.poll() is None, self.log
            if self._answers():
                CANARIES.look_at_process(self._process.pid)
                return
            time.sleep(0.02)
        self.kill()
        raise TimeoutError(self.log)

    def stop(self) -> None:
        """Ask it to end; it has to end well."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        self.ended()

    def ended(self, *, but: int = 0) -> None:
        """Wait for its end, which has to be a good one, or with the exit code `but`."""
        assert self._process
        try:
            assert self._process.wait(PATIENCE) in {0, but}, self.log
        finally:
            self.kill()

    def kill(self) -> None:
        """End it and its workers without a warning, and wait until the port is free again."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._process = None
        CANARIES.unwatch(*self._said)
        while is_taken(self.port):
            time.sleep(0.02)

    def connect(self) -> socket.socket:
        """A connection, for what HTTP clients will not send."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def exchange(self, data: bytes, *, end: bool = False) -> list[Response]:
        """The answers to these bytes, after which the server has to close the connection.

        With `end` nothing will follow the bytes, and the server is told so.
        """
        with self.connect() as connection:
            with suppress(ConnectionError):  # it need not listen to the end
                connection.sendall(data)
                if end:
                    connection.shutdown(socket.SHUT_WR)
            return self.answers(connection)

    def _answers(self) -> bool:
        try:
            return bool(self.exchange(b"GET /health/live HTTP/1.0\r\n\r\n"))
        except OSError:
            return False

    @staticmethod
    def answers(connection: socket.socket) -> list[Response]:
        """All that come until the server closes the connection."""
        received = bytearray()
        with suppress(ConnectionResetError):
            while data := connection.recv(65_536):
                received += data
        return parse(bytes(received))
