"""The tests' own PostgreSQL keeps its promises, above all that it leaves nothing behind."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.postgres_server import PostgresServer, postgres

missing = PostgresServer.available()
pytestmark = pytest.mark.skipif(missing is not None, reason=missing or "")

KILLED = """
import os, signal
from tests.postgres_server import PostgresServer
server = PostgresServer()
server.start()
print(server.directory, server.url("postgres"), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer(durable=True) as server:
        yield server


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def notes(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM note")]


def test_a_copy_holds_what_its_template_held_and_then_goes_its_own_way(
    server: PostgresServer,
) -> None:
    template = server.create_database("template")
    execute(template, "CREATE TABLE note AS SELECT 'both' AS text")
    copy = server.create_database("a copy/?", "template")
    execute(copy, "INSERT INTO note VALUES ('copy')")

    assert notes(template) == ["both"]
    assert notes(copy) == notes(server.socket_url("a copy/?")) == ["both", "copy"]

    server.drop_database("a copy/?")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(copy)


def test_a_password_is_asked_for_over_tcp(server: PostgresServer) -> None:
    url = server.url("postgres").replace(server.password, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_a_durable_server_comes_back_from_kill_with_all_it_acknowledged(
    server: PostgresServer,
) -> None:
    url = server.create_database("durable")
    execute(url, "CREATE TABLE note AS SELECT 'kept' AS text")

    server.kill()
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(url)

    server.restart()
    assert notes(url) == ["kept"]


def test_nothing_is_left_when_the_tests_themselves_are_killed() -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], capture_output=True, text=True, check=False
    )
    directory, url = killed.stdout.split()
    deadline = time.monotonic() + 10
    while Path(directory).exists() and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not Path(directory).exists()
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(url)


def test_a_running_server_is_used_where_one_is_named_and_left_as_it_was(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", server.socket_url("postgres"))
    with postgres() as running:
        url = running.create_database("passing")
        execute(url, "SELECT")
        assert url == server.socket_url("passing")

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)
