"""The three roles, made as an operator makes them."""

import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.command_line import PATIENCE, environment
from tests.postgres_programs import _bin, _carrier
from tests.running_server import RunningServer

SCRIPT = Path(__file__).parents[2] / "deploy" / "roles.sql"


@dataclass(frozen=True, slots=True)
class Roles:
    """Addresses of one database, as an administrator and as each role; and the roles' names."""

    admin: str
    owner: str
    app: str
    backup: str

    @property
    def names(self) -> tuple[str, str, str]:
        """Those of owner, app and backup."""
        owner, app, backup = (
            str(urlsplit(u).username) for u in (self.owner, self.app, self.backup)
        )
        return owner, app, backup

    def run_script(self) -> None:
        """Run the script by psql, as the administrator."""
        said = [f"-v{role}={name}" for role, name in zip(KINDS, self.names, strict=True)]
        passwords = {
            f"{role.upper()}_PASSWORD": str(urlsplit(url).password)
            for role, url in zip(KINDS, (self.owner, self.app, self.backup), strict=True)
        }
        command = [str(psql()), self.admin, "--no-psqlrc", *said, f"--file={SCRIPT}"]
        ended = subprocess.run(
            command,
            env=environment(passwords),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr


KINDS = ("owner", "app", "backup")


def psql() -> Path | None:
    """The wheel's, which is as new as its server, or the system's."""
    carrier = _carrier()
    found = shutil.which("psql")
    return _bin(carrier) / "psql" if carrier else Path(found) if found else None


@contextmanager
def roles(server: RunningServer) -> Iterator[Roles]:
    """A new database, on which nobody has run the script yet, for the length of the block.

    Roles belong to the whole server, so each block has names of its own.
    """
    mark = secrets.token_hex(4)
    database = f"roles_{mark}"
    admin = server.create_database(database)
    parts = urlsplit(admin)
    place = f"{parts.hostname}:{parts.port or 5432}/{database}"
    urls = [
        f"postgresql://taskhaven_{kind}_{mark}:{secrets.token_hex(8)}@{place}" for kind in KINDS
    ]
    made = Roles(admin, *urls)
    try:
        yield made
    finally:
        server.drop_database(database)
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            for name in made.names:
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))
