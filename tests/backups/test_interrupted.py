"""Backups and restores that do not come to their end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.backups.places import backups, change, counts, fill, rows, take
from tests.command_line import GOOD, PATIENCE, TASKHAVEN, environment

# Does a backup, or a restore, and stops for good at a word about how far it has come.
STOPS = """
import os, sys, time
from pathlib import Path
from tests.backups.places import backups
from application.backups import Terms
from datetime import UTC, datetime

what, file, word = sys.argv[1:]

def tell(text):
    if word in text:
        print("there", flush=True)
        time.sleep(600)

found = backups(os.environ["DATABASE_URL"])
if what == "take":
    found.take(Path(file), tell, replace=False)
else:
    terms = Terms(datetime.now(UTC), 1, replace=True)
    found.restore(Path(file), found.read(Path(file)), terms, tell)
"""
ROOT = Path(__file__).parents[2]

shown_arguments = pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="the system shows arguments in another way"
)


def kill_at(word: str, what: str, url: str, file: Path) -> None:
    """Kill a process that has come as far as that."""
    arguments = [sys.executable, "-c", STOPS, what, str(file), word]
    environ = {**os.environ, "DATABASE_URL": url}
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=ROOT, env=environ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"there\n"
        process.kill()


@pytest.mark.parametrize("moment", ["first", "last"])
def test_a_backup_that_is_killed_leaves_no_file_of_that_name(
    kind: str, url: str, file: Path, moment: str
) -> None:
    fill(url)
    first = "%" if kind == "sqlite" else "reading tasks"

    kill_at(first if moment == "first" else "checking", "take", url, file)

    assert not file.exists()
    take(url, file)
    assert backups(url).read(file).tables["tasks"].rows == 1


@pytest.mark.parametrize("moment", ["first", "last"])
def test_a_restore_that_is_killed_changes_nothing(
    kind: str, url: str, file: Path, moment: str
) -> None:
    fill(url)
    take(url, file)
    change(url, "DELETE FROM receipts")
    first = "copying" if kind == "sqlite" else "writing tasks"

    kill_at(first if moment == "first" else "checking", "restore", url, file)

    assert rows(url, "SELECT count(*) FROM receipts") == [(0,)]
    assert rows(url, "SELECT count(*) FROM sessions") == [(1,)]


def limited(
    blocks: int, *arguments: str, folder: Path, url: str
) -> subprocess.CompletedProcess[str]:
    """`taskhaven …` that may write no file longer than so many blocks."""
    # Python would keep what it could not write to the end of its compiled modules.
    settings = {**GOOD, "DATABASE_URL": url, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh", *TASKHAVEN, *arguments],
        cwd=folder,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_full_disk_ends_a_backup_with_a_message_and_no_file(
    url: str, file: Path, tmp_path: Path
) -> None:
    fill(url)

    full = limited(8, "backup", str(file), folder=tmp_path, url=url)

    assert full.returncode == 1
    assert full.stderr.startswith("Error: ")
    assert full.stderr.count("\n") == 1
    assert not [*file.parent.iterdir()]


def test_a_full_disk_ends_a_restore_with_a_message_and_changes_nothing(
    sqlite_url: str, file: Path, tmp_path: Path
) -> None:
    fill(sqlite_url)
    take(sqlite_url, file)
    change(sqlite_url, "DELETE FROM receipts")

    restoring = ("restore", str(file), "--replace", "--yes")
    full = limited(64, *restoring, folder=tmp_path, url=sqlite_url)

    assert full.returncode == 1
    assert full.stderr.endswith("cannot be written: File too large\n")
    assert rows(sqlite_url, "SELECT count(*) FROM receipts") == [(0,)]


@contextmanager
def held_up(url: str) -> Iterator[psycopg.Connection]:
    """A table that pg_dump waits for and nothing else looks at, since it never has rows."""
    change(url, "CREATE TABLE parts (n int) PARTITION BY RANGE (n)")
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE parts IN ACCESS EXCLUSIVE MODE")
        yield connection


def wait_for_a_lock(connection: psycopg.Connection, table: str) -> None:
    """Return when somebody waits for that table."""
    waiting = "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted"
    deadline = time.monotonic() + PATIENCE
    while connection.execute(waiting, [table]).fetchone() == (0,):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def command_lines() -> list[bytes]:
    """Those of all processes, which every user of the machine can read."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:
            continue  # it has just ended
    return found


@shown_arguments
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_no_secret_stands_in_arguments_or_messages_and_writers_go_on(
    url: str, file: Path, tmp_path: Path
) -> None:
    password = urlsplit(url).password or "no password in the address"
    fill(url)
    with held_up(url) as connection:
        settings = environment({**GOOD, "DATABASE_URL": url})
        process = subprocess.Popen(
            [*TASKHAVEN, "backup", str(file)],
            cwd=tmp_path,
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        wait_for_a_lock(connection, "parts")
        seen = command_lines()
        change(url, "DELETE FROM receipts")
        connection.rollback()
        out, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0, err
    assert any(b"pg_dump" in line and str(file.parent).encode() in line for line in seen)
    assert not any(password.encode() in text for text in (*seen, out, err))
    assert counts(out.decode())["receipts"] == 1


@shown_arguments
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 1), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_backup_that_is_interrupted_ends_pg_dump_and_leaves_nothing(
    url: str, file: Path, tmp_path: Path, number: int, code: int
) -> None:
    with held_up(url) as connection:
        process = subprocess.Popen(
            [*TASKHAVEN, "backup", str(file)],
            cwd=tmp_path,
            env=environment({**GOOD, "DATABASE_URL": url}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        wait_for_a_lock(connection, "parts")
        os.kill(process.pid, number)
        process.communicate(timeout=PATIENCE)

        assert process.returncode == code
        assert not any(str(file.parent).encode() in line for line in command_lines())
        assert not [*file.parent.iterdir()]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_restore_that_is_ended_by_sigterm_changes_nothing(
    url: str, file: Path, tmp_path: Path
) -> None:
    fill(url)
    before = take(url, file)
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE receipts IN ACCESS SHARE MODE")  # which DROP waits for
        process = subprocess.Popen(
            [*TASKHAVEN, "restore", str(file), "--replace", "--yes"],
            cwd=tmp_path,
            env=environment({**GOOD, "DATABASE_URL": url}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        wait_for_a_lock(connection, "receipts")
        os.kill(process.pid, signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)

    assert (process.returncode, said) == (143, b"")
    assert take(url, file.with_name("after")) == before


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_an_export_that_is_ended_by_sigterm_leaves_nothing(
    url: str, file: Path, tmp_path: Path
) -> None:
    fill(url)
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
        process = subprocess.Popen(
            [*TASKHAVEN, "export", "--user", "alice", "--output", str(file)],
            cwd=tmp_path,
            env=environment({**GOOD, "DATABASE_URL": url}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        wait_for_a_lock(connection, "tasks")
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=PATIENCE)

    assert process.returncode == 143
    assert not [*file.parent.iterdir()]
