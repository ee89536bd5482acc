"""PgBouncer before a PostgreSQL, as hosted databases have it."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

import psycopg

from tests.ports import free_port
from tests.postgres_server import PATIENCE

_CONFIGURATION = """\
[databases]
{name} = host={host} port={port} dbname={name} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
server_reset_query_always = {reset}
unix_socket_dir =
"""


class PgBouncer:
    """A pooler of `size` connections to the database at `url`, for the length of a block.

    In the `mode` "session" a client keeps its connection; in "transaction" it has one for the
    length of each, which forgets between them what its session was told, if `reset`.
    It refuses to run as root, so root's tests run it as nobody.
    """

    def __init__(
        self, url: str, mode: str = "transaction", *, size: int = 3, reset: bool = True
    ) -> None:
        self._direct = urlsplit(url)
        self._name = self._direct.path.removeprefix("/")
        self._kind = {"mode": mode, "size": size, "reset": int(reset)}
        self._port = free_port()
        self.url = f"postgresql://{self._direct.username}@127.0.0.1:{self._port}/{self._name}"

    @staticmethod
    def missing() -> str | None:
        """Why it cannot run here, or None when it can."""
        return None if shutil.which("pgbouncer") else "the program pgbouncer is not on the PATH"

    def __enter__(self) -> Self:
        account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="taskhaven-pgbouncer-", dir="/tmp"))
        file = self._folder / "pgbouncer.ini"
        file.touch(mode=0o600)
        file.write_text(
            _CONFIGURATION.format(
                name=self._name,
                host=self._direct.hostname,
                port=self._direct.port or 5432,
                user=unquote(self._direct.username or ""),
                password=unquote(self._direct.password or ""),
                listen=self._port,
                **self._kind,
            )
        )
        for path in (self._folder, file):
            if account:
                os.chown(path, account.pw_uid, account.pw_gid)
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(shutil.which("pgbouncer")), str(file)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)
        shutil.rmtree(self._folder)

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < deadline:
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url, connect_timeout=2).close()
                return
            time.sleep(0.02)
        log = (self._folder / "log").read_text()
        self.__exit__()
        raise RuntimeError(f"PgBouncer did not start:\n{log}")
