"""The start finds a database that is away, closed, ahead, empty, or used by somebody else."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.command_line import GOOD, ask, run, token_of_alice
from tests.http.server import Server
from tests.ports import free_port
from tests.storages import migrate


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_F01_a_database_that_is_away_is_waited_for_and_then_given_up(
    tmp_path: Path, command: str
) -> None:
    url = f"postgresql://taskhaven:hunter2@127.0.0.1:{free_port()}/tasks"

    ended = run(command, folder=tmp_path, DATABASE_URL=url, STARTUP_WAIT="1", **GOOD)

    assert ended.returncode == 1
    waiting, given_up = ended.stderr.splitlines()
    assert "aiting for the database" in waiting
    assert given_up == "Error: the database did not answer within 1 s (STARTUP_WAIT)"
    assert "hunter2" not in ended.stdout + ended.stderr


def test_F01_a_wrong_password_is_not_waited_for(
    tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    url = new_database("postgresql")
    password = psycopg.conninfo.conninfo_to_dict(url).get("password")
    if not isinstance(password, str):
        pytest.skip("TEST_DATABASE_URL has no password that could be wrong")
    wrong = url.replace(password, "hunter2")

    ended = run("serve", folder=tmp_path, DATABASE_URL=wrong, STARTUP_WAIT="3600", **GOOD)

    assert ended.returncode == 1
    assert "refuses the user, the password or the name" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "hunter2" not in ended.stdout + ended.stderr


def execute(url: str, statement: str) -> None:
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
            database.execute(statement)
        database.close()
    else:
        with psycopg.connect(url) as connection:
            connection.execute(statement)


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_F18_a_schema_ahead_of_the_code_is_left_alone(
    tmp_path: Path, empty_url: str, command: str
) -> None:
    execute(migrate(empty_url), "UPDATE alembic_version SET version_num = '9999'")

    ended = run(command, folder=tmp_path, DATABASE_URL=empty_url, STARTUP_WAIT="3600", **GOOD)

    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: the database is at revision 9999, which this version")
    assert ended.stderr.count("\n") == 1


def test_migrating_twice_does_nothing_the_second_time(tmp_path: Path, empty_url: str) -> None:
    first, second = (run("migrate", folder=tmp_path, DATABASE_URL=empty_url, **GOOD) for _ in "12")

    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.startswith("The schema went from nothing to ")
    assert second.stdout.startswith("The schema is up to date, at ")


def test_F12_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path, empty_url: str) -> None:
    with Server(tmp_path, DATABASE_URL=empty_url) as server:
        token = token_of_alice(tmp_path, **GOOD)
        acknowledged = [ask(server.url, token, str(n)) for n in range(20)]
        server.kill()

        server.start()
        assert ask(server.url, token) == acknowledged[::-1]


def test_F16_two_servers_start_at_once_on_one_empty_database(
    tmp_path: Path, empty_url: str
) -> None:
    (tmp_path / "other").mkdir()
    first = Server(tmp_path, DATABASE_URL=empty_url)
    second = Server(tmp_path / "other", DATABASE_URL=empty_url)

    try:
        first.launch()
        second.launch()
        first.wait()
        second.wait()
        token = token_of_alice(tmp_path, **GOOD)
        task = ask(first.url, token, "Buy milk")
        assert ask(second.url, token) == [task]
    finally:
        first.kill()
        second.kill()
