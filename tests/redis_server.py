"""A Redis, or Valkey, of the tests' own, which keeps nothing and may be killed."""

import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotThere
from redis.retry import Retry

from tests.ports import free_port
from tests.postgres_server import PATIENCE


class RedisServer:
    """Runs for the length of a block, on the loopback address, with a password."""

    def __init__(self) -> None:
        self.port = free_port()
        self.password = secrets.token_hex(16)
        self.url = f"redis://:{self.password}@127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def missing(cls) -> str | None:
        """Why it cannot run here, or None when it can."""
        return None if cls._program() else "neither redis-server nor valkey-server is on the PATH"

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="taskhaven-redis-", dir="/tmp"))
        self.client = Redis.from_url(self.url, retry=Retry(NoBackoff(), 0), protocol=2)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.kill()
        shutil.rmtree(self._folder)

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    str(self._program()),
                    *("--port", str(self.port), "--bind", "127.0.0.1"),
                    *("--requirepass", self.password, "--dir", str(self._folder)),
                    *("--save", "", "--appendonly", "no"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait(self._process)

    def kill(self) -> None:
        """End it, with all that it knew."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

    def keys(self) -> list[str]:
        """All that there are."""
        return [key.decode() for key in self.client.scan_iter()]

    @staticmethod
    def _program() -> str | None:
        return shutil.which("redis-server") or shutil.which("valkey-server")

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            try:
                self.client.ping()
            except NotThere:
                time.sleep(0.01)
            else:
                return
        log = (self._folder / "log").read_text()
        self.kill()
        raise RuntimeError(f"Redis did not start:\n{log}")
