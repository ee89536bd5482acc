"""A system that runs, from its start until it has ended with all of its processes."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Self

from benchmarks.compare.systems import System
from tests.command_line import environment
from tests.ports import free_port

_PATIENCE = 60.0  # seconds
_LOOKS = 0.005  # seconds between looks whether it answers


class Server:
    """Starts a system at a free port of loopback; what it says goes to a file in `folder`."""

    def __init__(self, system: System, folder: Path) -> None:
        self.system = system
        self.port = free_port()
        self.start_seconds = 0.0
        self._folder = folder
        self._said = folder / "said"

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        with self._said.open("ab") as said:
            self._process = subprocess.Popen(  # noqa: S603 - what is written here
                self.system.command(self.port),
                cwd=self._folder,
                env=environment(self.system.settings(self.port)),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_PATIENCE / 2)
        except subprocess.TimeoutExpired:
            print(f"{self.system.name} had to be killed")
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    @property
    def pid(self) -> int:
        """That of the process that was started."""
        return self._process.pid

    def wait(self, request: bytes) -> None:
        """Return when it answers the request with 200, and keep how long that took."""
        while not self._is_ready(request):
            if self._process.poll() is not None or time.monotonic() > self._began + _PATIENCE:
                raise RuntimeError(f"{self.system.name} does not answer:\n{self.last_words()}")
            time.sleep(_LOOKS)
        self.start_seconds = time.monotonic() - self._began

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to a request. Raises `OSError`."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        connection.connect()
        try:
            connection.sock.sendall(request)
            answer = HTTPResponse(connection.sock)
            answer.begin()
            return answer.status, answer.read()
        finally:
            connection.close()

    def forget_log(self) -> None:
        """Empty the file of what it said, which would grow by gigabytes."""
        os.truncate(self._said, 0)

    def last_words(self) -> str:
        """The end of what it said."""
        return self._said.read_text(errors="replace")[-3000:]

    def _is_ready(self, request: bytes) -> bool:
        try:
            return self.ask(request)[0] == 200
        except (OSError, HTTPException):
            return False
