"""`taskhaven serve` as compose.yaml starts it: the owner migrates, the app role serves (O11)."""

import subprocess
from pathlib import Path

import pytest

from tests.command_line import PATIENCE, ask, run, token_of_alice
from tests.http.api import SECRET
from tests.http.server import Server
from tests.pgbouncer import PgBouncer
from tests.postgres_server import PostgresServer
from tests.roles.made import SCRIPT, Roles, psql
from tests.storages import migrate

COMPOSE_ROLES = SCRIPT.with_name("compose-roles.sh")


@pytest.mark.parametrize("way", ["direct", "pgbouncer"])
def test_O11_the_service_starts_and_serves_as_the_app_role(
    made: Roles, tmp_path: Path, way: str
) -> None:
    if way == "pgbouncer" and (missing := PgBouncer.missing()):
        pytest.skip(missing)
    migrated = run("migrate", folder=tmp_path, DATABASE_URL=made.owner, JWT_SECRET=SECRET)
    assert migrated.returncode == 0, migrated.stderr
    token = token_of_alice(tmp_path, JWT_SECRET=SECRET)

    if way == "direct":
        with Server(tmp_path, DATABASE_URL=made.app) as server:
            assert ask(server.url, token, "Buy milk") in ask(server.url, token)
    else:
        with (
            PgBouncer(made.app) as pooler,
            Server(tmp_path, DATABASE_URL=pooler.url, DATABASE_DIRECT_URL=made.app) as server,
        ):
            assert ask(server.url, token, "Buy milk") in ask(server.url, token)


def test_O11_a_container_makes_the_roles_when_its_volume_is_new(tmp_path: Path) -> None:
    """On a server of its own, since here the roles have the names that they have in earnest."""
    program = psql()
    if (missing := PostgresServer.available()) or program is None:
        pytest.skip(missing or "there is no psql, which the script is written for")
    script = tmp_path / "roles.sh"
    text = COMPOSE_ROLES.read_text()
    script.write_text(text.replace("/etc/taskhaven/roles.sql", str(SCRIPT)))
    with PostgresServer() as server:
        admin = server.create_database("taskhaven")
        environ = {
            "PATH": f"{program.parent}:/usr/bin:/bin",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(server.port),
            "PGPASSWORD": server.password,
            "POSTGRES_USER": "taskhaven",
            "POSTGRES_DB": "taskhaven",
            **{f"{kind}_PASSWORD": f"{kind}'s" for kind in ("OWNER", "APP", "BACKUP")},
        }

        ended = subprocess.run(
            ["/bin/sh", script],
            env=environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

        assert ended.returncode == 0, ended.stderr
        for kind in ("owner", "app"):
            address = f"taskhaven_{kind}:{kind.upper()}'s@"
            migrate(admin.replace(f"taskhaven:{server.password}@", address))
        assert "'s" not in ended.stdout + ended.stderr
