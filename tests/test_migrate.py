"""`taskhaven migrate` as an operator types it: what it says, what it leaves, who may run it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from queue import Queue
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import text

from entrypoints.settings import Settings
from entrypoints.startup import prepare_database
from migrations import HEAD
from migrations.connecting import locked
from migrations.runner import downgrade
from tests.command_line import GOOD, ask, run, token_of_alice
from tests.faults.meddling import execute
from tests.http.server import Server
from tests.migrations.databases import connected, target
from tests.migrations.test_standing import NAMES, unchanged
from tests.serving_role import PASSWORD, role_that_serves, with_user
from tests.storages import migrate

LOOKS = (["--status"], ["--plan"], ["--plan", "--sql"])


@pytest.fixture
def postgres_url(new_database: Callable[[str], str]) -> str:
    return migrate(new_database("postgresql"))


@pytest.mark.parametrize("options", LOOKS)
def test_looking_changes_nothing_in_an_empty_database(
    tmp_path: Path, empty_url: str, options: list[str]
) -> None:
    with unchanged(empty_url):
        looked = run("migrate", *options, folder=tmp_path, DATABASE_URL=empty_url)

    assert looked.returncode == (1 if options == ["--status"] else 0)
    assert looked.stdout.count("\n") > 1


@pytest.mark.parametrize("options", LOOKS)
def test_looking_makes_neither_file_nor_secret(tmp_path: Path, options: list[str]) -> None:
    run("migrate", *options, folder=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_the_status_is_the_exit_code(tmp_path: Path, empty_url: str) -> None:
    def status() -> tuple[int, str, str]:
        with unchanged(empty_url):
            ended = run("migrate", "--status", folder=tmp_path, DATABASE_URL=empty_url)
        return ended.returncode, ended.stdout.splitlines()[0].partition(" is at ")[2], ended.stderr

    assert status() == (1, "nothing", f"Error: {len(NAMES)} to run: taskhaven migrate\n")
    migrate(empty_url)
    assert status() == (0, HEAD, "")
    downgrade(target(empty_url), "0002")
    assert status() == (1, "0002", f"Error: {len(NAMES) - 2} to run: taskhaven migrate\n")
    with connected(empty_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    code, where, said = status()
    assert (code, where) == (1, "9999")
    assert said.startswith("Error: the database is at revision 9999, which this version does not")


@pytest.mark.parametrize("options", LOOKS)
def test_a_database_that_is_away_is_said_at_once(tmp_path: Path, options: list[str]) -> None:
    url = "postgresql://somebody:hunter2@127.0.0.1:1/canary"

    ended = run("migrate", *options, folder=tmp_path, DATABASE_URL=url, STARTUP_WAIT="3600")

    assert (ended.returncode, ended.stderr) == (1, "Error: the database does not answer\n")
    assert ended.stdout == ""


def test_the_plan_names_what_would_run_oldest_first(tmp_path: Path, empty_url: str) -> None:
    downgrade(target(migrate(empty_url)), "0001")

    plan = run("migrate", "--plan", folder=tmp_path, DATABASE_URL=empty_url)
    migrate(empty_url)
    done = run("migrate", "--plan", folder=tmp_path, DATABASE_URL=empty_url)

    assert [line[:6] for line in plan.stdout.splitlines()] == [f"{name}  " for name in NAMES[1:]]
    assert "Accounts of our own" in plan.stdout
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_sql_of_the_plan_is_shown(tmp_path: Path, empty_url: str) -> None:
    downgrade(target(migrate(empty_url)), "0002")

    shown = run("migrate", "--plan", "--sql", folder=tmp_path, DATABASE_URL=empty_url)

    assert shown.returncode == 0
    assert shown.stdout.startswith("BEGIN;")
    assert "ALTER TABLE owners ADD COLUMN horizon" in shown.stdout
    assert ("FUNCTION apply_changes" in shown.stdout) == empty_url.startswith("postgresql")


@pytest.mark.parametrize("options", [["--sql"], ["--plan", "--status"], ["--status", "--sql"]])
def test_options_that_do_not_go_together_are_refused(tmp_path: Path, options: list[str]) -> None:
    assert run("migrate", *options, folder=tmp_path).returncode == 2


def test_a_role_that_may_only_read_and_write_rows_serves(tmp_path: Path, postgres_url: str) -> None:
    with role_that_serves(postgres_url) as url:
        migrated = run("migrate", folder=tmp_path, DATABASE_URL=url, **GOOD)
        with Server(tmp_path, DATABASE_URL=url) as server:
            token = token_of_alice(tmp_path, **GOOD)
            task = ask(server.url, token, "Buy milk")
            assert ask(server.url, token) == [task]

    assert (migrated.returncode, migrated.stdout) == (0, f"The schema is up to date, at {HEAD}\n")


@pytest.mark.parametrize("command", ["serve", "migrate"])
@pytest.mark.parametrize("at", ["base", "0002"])
def test_a_role_that_may_not_change_the_schema_is_told_who_must(
    tmp_path: Path, postgres_url: str, command: str, at: str
) -> None:
    with role_that_serves(postgres_url) as url:
        downgrade(target(postgres_url), at)
        refused = run(command, folder=tmp_path, DATABASE_URL=url, **GOOD)

    assert refused.returncode == 1
    assert refused.stderr == (
        f"Error: the schema must be brought from {'nothing' if at == 'base' else at} to {HEAD} "
        "by a role that may change it: run taskhaven migrate with that role's DATABASE_URL or "
        "DATABASE_DIRECT_URL\n"
    )
    assert PASSWORD not in refused.stdout


def test_F17_a_lock_that_stays_is_not_waited_for_without_end(
    tmp_path: Path, postgres_url: str
) -> None:
    downgrade(target(postgres_url), "0002")

    with psycopg.connect(postgres_url) as reader:
        reader.execute("SELECT * FROM owners")  # as long as this transaction is open
        ended = run("migrate", folder=tmp_path, DATABASE_URL=postgres_url, STARTUP_WAIT="1", **GOOD)
        assert reader.execute("SELECT count(*) FROM owners").fetchone() == (0,)

    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "Error: the schema could not be changed within 1 s (STARTUP_WAIT), since a lock is held: "
        "let the long query or the other migration end, and try again",
    ]


@contextmanager
def long_query(url: str) -> Iterator[None]:
    """Somebody reads a table that a migration changes."""
    with psycopg.connect(url) as reader:
        reader.execute("SELECT * FROM owners")
        yield


@contextmanager
def another_migration(url: str) -> Iterator[None]:
    """Another process migrates, and has not come far."""
    with locked(target(url)):
        yield


@pytest.mark.parametrize(
    ("storage", "holding"),
    [
        ("postgresql", long_query),
        ("postgresql", another_migration),
        ("sqlite", another_migration),
    ],
)
def test_F17_a_migration_goes_on_as_soon_as_the_lock_is_free(
    new_database: Callable[[str], str],
    storage: str,
    holding: Callable[[str], AbstractContextManager[None]],
) -> None:
    url = migrate(new_database(storage))
    downgrade(target(url), "0002")
    if storage == "postgresql":  # meant for the service's statements, as deployments have it
        name = urlsplit(url).path.removeprefix("/")
        execute(url, f"ALTER DATABASE {name} SET statement_timeout = '1s'")
    settings = Settings.from_mapping({"DATABASE_URL": url, "STARTUP_WAIT": "60"})
    said: Queue[str] = Queue()

    with ThreadPoolExecutor(1) as thread:
        with holding(url):
            migrated = thread.submit(prepare_database, settings, said.put)
            word = said.get(timeout=60)
        assert migrated.result(timeout=60) == "0002"

    assert word == (
        "Waiting for a lock in the database, which a long query or another migration holds"
    )


def test_a_wrong_password_is_said_without_names(tmp_path: Path, postgres_url: str) -> None:
    url = with_user(postgres_url, "canary", "hunter2")

    ended = run("migrate", "--status", folder=tmp_path, DATABASE_URL=url)

    assert ended.returncode == 1
    assert ended.stderr == (
        "Error: the database refuses the user, the password or the name in DATABASE_URL\n"
    )
