"""`taskhaven doctor`, as an operator runs it, on what is well and on what is not."""

import asyncio
import json
import os
import pty
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from migrations.runner import downgrade
from tests.command_line import GOOD, PATIENCE, TASKHAVEN, environment, run
from tests.http.api import SECRET
from tests.key_pairs import key_set, pair, pem
from tests.key_set_server import saying, serving
from tests.migrations.databases import connected, target
from tests.migrations.test_standing import unchanged
from tests.pgbouncer import PgBouncer
from tests.redis_server import RedisServer
from tests.serving_role import PASSWORD, role_that_serves
from tests.storages import migrate

Findings = list[tuple[str, str, str]]
WELL = {"JWT_SECRET": SECRET}


def examined(folder: Path, **settings: str) -> Findings:
    """Check, level and finding of each; the exit code has to follow from them."""
    ended = run("doctor", "--json", folder=folder, **WELL | settings)
    assert ended.stderr == ""
    members = json.loads(ended.stdout)
    assert all(m.keys() == {"check", "level", "finding", "advice"} for m in members)
    assert all((m["advice"] is None) == (m["level"] == "ok") for m in members)
    assert ended.returncode == any(m["level"] == "error" for m in members)
    return [(m["check"], m["level"], m["finding"]) for m in members]


def levels(found: Findings, check: str) -> list[str]:
    return [level for name, level, _ in found if name == check]


@pytest.fixture
def postgres_url(new_database: Callable[[str], str]) -> str:
    return migrate(new_database("postgresql"))


def test_a_good_deployment_has_nothing_but_good_findings(
    tmp_path: Path, sqlite_url: str, sqlite_file: Path
) -> None:
    sqlite_file.parent.chmod(0o700)
    with unchanged(sqlite_url):
        said = run("doctor", folder=tmp_path, DATABASE_URL=sqlite_url, **WELL)

    assert (said.returncode, said.stderr) == (0, "")
    assert {line.split()[0] for line in said.stdout.splitlines()} == {"ok"}
    assert "migrations: the schema is up to date" in said.stdout
    assert "\x1b" not in said.stdout


def test_an_empty_folder_stays_empty(tmp_path: Path) -> None:
    said = run("doctor", folder=tmp_path)

    assert said.returncode == 0
    assert "\nwarning  migrations: there is no schema yet" in said.stdout
    assert list(tmp_path.iterdir()) == []


def test_what_to_do_stands_below_what_is_wrong(tmp_path: Path) -> None:
    said = run("doctor", folder=tmp_path, DATABASE_URL="memory:", **WELL)
    lines = said.stdout.splitlines()

    place = lines.index("warning  database: memory: forgets every task when the service stops")
    assert lines[place + 1] == "         Set DATABASE_URL to an SQLite file or to PostgreSQL."


def test_words_are_coloured_on_a_terminal(tmp_path: Path) -> None:
    terminal, other_end = pty.openpty()
    ended = subprocess.run(
        [*TASKHAVEN, "doctor"],
        cwd=tmp_path,
        env=environment({"DATABASE_URL": "memory:", **WELL}),
        stdout=other_end,
        stderr=other_end,
        timeout=PATIENCE,
        check=False,
    )
    os.close(other_end)
    said = os.read(terminal, 65_536)
    os.close(terminal)

    assert ended.returncode == 0
    assert b"\x1b[32mok" in said
    assert b"\x1b[33mwarning" in said


def test_a_setting_that_cannot_be_used_is_all_that_is_said(tmp_path: Path) -> None:
    found = examined(tmp_path, DATABASE_URL="mysql://canary:hunter2@localhost/n")

    assert [(check, level) for check, level, _ in found] == [("settings", "error")]
    assert found[0][2].startswith("DATABASE_URL must be")


def test_a_schema_ahead_is_an_error_and_one_behind_a_warning(
    tmp_path: Path, empty_url: str
) -> None:
    downgrade(target(migrate(empty_url)), "0002")
    behind = examined(tmp_path, DATABASE_URL=empty_url)
    migrate(empty_url)
    with connected(empty_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    ahead = examined(tmp_path, DATABASE_URL=empty_url)

    assert levels(behind, "migrations") == ["warning"]
    assert levels(ahead, "migrations") == ["error"]


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "tasks.db").write_text("canary" * 1000)

    found = examined(tmp_path, DATABASE_URL="sqlite:///tasks.db")

    assert "error" in levels(found, "database")
    assert "canary" not in str(found)


def test_a_role_that_only_serves_is_as_it_should_be(tmp_path: Path, postgres_url: str) -> None:
    with role_that_serves(postgres_url) as url, unchanged(postgres_url):
        found = examined(tmp_path, DATABASE_URL=url)

    about = ("encryption", "database", "migrations", "role", "pooler", "connections", "clock")
    assert [level for check in about for level in levels(found, check)] == ["ok"] * len(about)
    assert PASSWORD not in str(found)


def test_an_administrators_role_is_warned_of(tmp_path: Path, postgres_url: str) -> None:
    with unchanged(postgres_url):
        found = examined(tmp_path, DATABASE_URL=postgres_url)

    assert levels(found, "role") == ["warning"]


def test_a_pooler_must_be_configured(tmp_path: Path, postgres_url: str) -> None:
    if missing := PgBouncer.missing():
        pytest.skip(missing)

    with PgBouncer(postgres_url) as pooler:
        unknown = examined(tmp_path, DATABASE_URL=pooler.url)
        known = examined(tmp_path, DATABASE_URL=pooler.url, DATABASE_POOLER="transaction")
        past = examined(tmp_path, DATABASE_URL=pooler.url, DATABASE_DIRECT_URL=postgres_url)
        not_past = examined(tmp_path, DATABASE_URL=pooler.url, DATABASE_DIRECT_URL=pooler.url)
    none = examined(tmp_path, DATABASE_URL=postgres_url, DATABASE_POOLER="transaction")

    assert levels(unknown, "pooler") == ["error"]
    assert levels(known, "pooler") == ["ok"]
    assert levels(past, "pooler") == ["ok", "ok"]
    assert levels(not_past, "pooler") == ["ok", "error"]
    assert levels(none, "pooler") == ["ok"]


def test_a_pooler_whose_sessions_last_need_not_be_configured(
    tmp_path: Path, postgres_url: str
) -> None:
    if missing := PgBouncer.missing():
        pytest.skip(missing)

    with PgBouncer(postgres_url, "session") as pooler:
        unknown = examined(tmp_path, DATABASE_URL=pooler.url)
        direct = examined(tmp_path, DATABASE_URL=postgres_url, DATABASE_DIRECT_URL=pooler.url)

    assert levels(unknown, "pooler") == ["ok"]
    assert levels(direct, "pooler") == ["ok", "ok"]


def test_more_connections_than_the_server_has_are_an_error(
    tmp_path: Path, postgres_url: str
) -> None:
    found = examined(tmp_path, DATABASE_URL=postgres_url, WORKERS="64", DATABASE_POOL_SIZE="1000")

    assert levels(found, "connections") == ["error"]
    assert levels(found, "workers") == ["warning"]


ISSUER = {"JWT_ISSUER": "https://canary.example", "ACCOUNTS": "off", "JWT_SECRET": ""}


async def of_keys(folder: Path, *, late: int = 0, algorithms: str = "EdDSA") -> Findings:
    """What is found of a key set whose server's clock is late by so many seconds."""
    date = format_datetime(datetime.now(UTC) - timedelta(seconds=late), usegmt=True)
    document = key_set(pair("EdDSA"), pair("ES256"))
    async with serving(saying(document, headers=[f"Date: {date}"])) as server:
        settings = {**ISSUER, "JWT_JWKS_URL": server.url, "JWT_ALGORITHMS": algorithms}
        return await asyncio.to_thread(examined, folder, **settings)


async def test_key_sets_are_fetched_and_what_they_hold_is_said(tmp_path: Path) -> None:
    good = await of_keys(tmp_path)
    useless = await of_keys(tmp_path, algorithms="RS256")

    assert ("keys", "ok", "issuer default has usable keys: 1, for EdDSA") in good
    assert levels(useless, "keys") == ["error"]


async def test_a_clock_that_differs_from_an_issuers_is_said(tmp_path: Path) -> None:
    assert levels(await of_keys(tmp_path, late=600), "clock") == ["error"]
    assert levels(await of_keys(tmp_path, late=-600), "clock") == ["error"]
    assert levels(await of_keys(tmp_path, late=15), "clock") == ["warning"]


def test_an_issuer_that_is_away_is_an_error_and_the_next_checks_are_made(tmp_path: Path) -> None:
    found = examined(tmp_path, JWT_JWKS_URL="http://127.0.0.1:1/canary", **ISSUER)

    assert levels(found, "keys") == ["error"]
    assert found[-1][:2] == ("redis", "ok")
    assert "canary" not in str(found)


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of somebody who listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_what_never_answers_is_given_up(tmp_path: Path, silent: int) -> None:
    found = examined(
        tmp_path,
        **ISSUER,
        JWT_JWKS_URL=f"http://127.0.0.1:{silent}/jwks",
        DATABASE_URL=f"postgresql://canary:hunter2@127.0.0.1:{silent}/canary",
        REDIS_URL=f"redis://canary:hunter2@127.0.0.1:{silent}/0",
    )

    assert levels(found, "keys") == ["error"]
    assert levels(found, "database") == ["error"]
    assert levels(found, "redis") == ["warning"]
    assert not [sign for sign in ("canary", "hunter2") if sign in str(found)]


def test_a_redis_that_does_not_let_us_in_is_warned_of(tmp_path: Path) -> None:
    if missing := RedisServer.missing():
        pytest.skip(missing)

    with RedisServer() as server:
        good = examined(tmp_path, REDIS_URL=server.url)
        refused = examined(tmp_path, REDIS_URL=server.url.replace(server.password, "hunter2"))
    away = examined(tmp_path, REDIS_URL=server.url)

    assert [levels(found, "redis") for found in (good, refused, away)] == [
        ["ok"],
        ["warning"],
        ["warning"],
    ]
    assert server.password not in str([good, refused, away])


@pytest.mark.parametrize(("mode", "level"), [(0o600, "ok"), (0o644, "warning")])
def test_the_file_of_a_signing_key_must_be_its_owners_alone(
    tmp_path: Path, mode: int, level: str
) -> None:
    file = tmp_path / "key.pem"
    file.write_text(pem(pair("EdDSA").private))
    file.chmod(mode)

    by_path = examined(tmp_path, JWT_SECRET="", ACCOUNTS="on", SIGNING_KEY=str(file))
    by_text = examined(tmp_path, JWT_SECRET="", ACCOUNTS="on", SIGNING_KEY=file.read_text())

    assert levels(by_path, "secret") == ["ok", level]
    assert levels(by_text, "secret") == ["ok"]


@pytest.mark.parametrize(("most", "level"), [(1000, "warning"), (10_000, "ok")])
def test_too_few_files_are_warned_of(tmp_path: Path, most: int, level: str) -> None:
    ended = subprocess.run(
        ["sh", "-c", f'ulimit -n {most}; exec "$@"', "sh", *TASKHAVEN, "doctor", "--json"],
        cwd=tmp_path,
        env=environment(WELL),
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )

    assert [m["level"] for m in json.loads(ended.stdout) if m["check"] == "files"] == [level]


def test_nothing_secret_is_in_any_output(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "key.pem").write_text(pem(pair("EdDSA").private))
    canaries = {
        "JWT_SECRET": "canaryJ7Q2mX0vZr9LkT4wYb8Ns1Hf6Gc3PeU5iAoRqWxKzE",
        "JWT_SECRET_PREVIOUS": "canaryx0vZr9LkT4wYb8Ns1Hf6Gc3PeU",
        "METRICS_TOKEN": "canaryk0vZr9LkT4wYb8Ns1Hf6Gc3PeU",
        "REDIS_URL": "redis://canary:canary@127.0.0.1:1/0",
        "DATABASE_DIRECT_URL": "postgresql://canary:canary@127.0.0.1:1/canary",
        "JWT_ISSUERS": '[{"name": "x", "issuer": "https://canary.example", '
        '"jwks_url": "http://127.0.0.1:1/canary"}]',
        "SIGNING_KEY": str(tmp_path / "key.pem"),
    }
    away = canaries["DATABASE_DIRECT_URL"]
    with role_that_serves(postgres_url) as url:
        wrong = url.replace(PASSWORD, "canary")
        said = [
            run("doctor", *options, folder=tmp_path, **{**canaries, "DATABASE_URL": database})
            for database in (url, wrong, away)
            for options in ([], ["--json"])
        ]
        role = url.split("//")[1].split(":")[0]

    output = "".join(ended.stdout + ended.stderr for ended in said)
    assert [ended.returncode for ended in said] == [1] * 6
    assert not [sign for sign in ("canary", PASSWORD, role, SECRET) if sign in output]


def test_production_asks_for_more(tmp_path: Path) -> None:
    found = examined(
        tmp_path,
        ENVIRONMENT="production",
        HOST="0.0.0.0",  # noqa: S104 - nobody listens
        RATE_LIMIT="off",
        CORS_ORIGINS="http://a.example",
    )

    wrong = [check for check, level, _ in found if level == "warning"]
    assert wrong == ["proxies", "origins", "limits", "migrations"]
    assert GOOD["RATE_LIMIT"] == "off"
