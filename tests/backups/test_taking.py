"""What a backup is, on every storage that has them."""

import os
import sqlite3
import stat
import subprocess
from pathlib import Path

import pytest

from adapters.postgres.client_programs import program, running
from application.backups import BackupError
from tests.backups.places import backups, change, fill, quietly, restore, rows, take

TABLES = {
    *("accounts", "alembic_version", "journal", "owners"),
    *("receipts", "sessions", "tallies", "tasks"),
}


def test_it_holds_every_table_and_is_read_back_the_same(url: str, file: Path) -> None:
    fill(url)

    content = take(url, file)

    assert content.tables.keys() == TABLES
    for name, total in content.tables.items():
        assert rows(url, f"SELECT count(*) FROM {name}") == [(total.rows,)]
        assert total.rows > 0
    assert content.sealed
    assert backups(url).read(file) == content


def test_only_its_owner_may_read_it_and_nothing_else_is_left(url: str, file: Path) -> None:
    take(url, file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [*file.parent.iterdir()] == [file]


def test_two_of_the_same_data_have_the_same_checksum_and_others_another(
    url: str, file: Path
) -> None:
    fill(url)
    first = take(url, file)
    again = take(url, file.with_name("again"))
    change(url, "UPDATE tasks SET title = 'another'")
    changed = take(url, file.with_name("changed"))

    assert first.checksum == again.checksum != changed.checksum
    assert {n for n in TABLES if first.tables[n] != changed.tables[n]} == {"tasks"}


def test_what_is_there_stays_unless_it_is_to_be_replaced(url: str, file: Path) -> None:
    file.write_text("precious")

    with pytest.raises(BackupError, match="is there already"):
        take(url, file)
    assert file.read_text() == "precious"
    assert [*file.parent.iterdir()] == [file]

    content = backups(url).take(file, quietly, replace=True)
    assert backups(url).read(file) == content


def test_the_database_itself_is_no_place_for_its_backup(sqlite_url: str, sqlite_file: Path) -> None:
    was = sqlite_file.read_bytes()

    with pytest.raises(BackupError, match="is the database itself"):
        backups(sqlite_url).take(sqlite_file, quietly, replace=True)

    assert sqlite_file.read_bytes() == was


def test_a_folder_that_is_not_there_is_not_made(url: str, file: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written: No such file or directory"):
        take(url, file.parent / "missing" / "file")
    assert not [*file.parent.iterdir()]


def test_a_database_that_was_never_migrated_has_nothing_to_back_up(empty: str, file: Path) -> None:
    with pytest.raises(BackupError):
        take(empty, file)
    assert not [*file.parent.iterdir()]


def test_of_sqlite_it_is_a_plain_file(sqlite_url: str, file: Path) -> None:
    fill(sqlite_url)
    take(sqlite_url, file)

    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM tasks").fetchone() == (1,)
    connection.close()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_of_postgresql_it_is_one_that_pg_restore_reads(url: str, file: Path) -> None:
    take(url, file)

    arguments = [program("pg_restore"), "--list", str(file)]
    listed = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert listed.stderr == ""
    assert "TABLE DATA public tasks" in listed.stdout


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_settings_of_the_database_do_not_change_the_text_of_values(
    url: str, empty: str, file: Path
) -> None:
    (name,) = rows(url, "SELECT current_database()")[0]
    change(
        url,
        f"ALTER DATABASE {name} SET timezone = 'America/New_York'",
        f"ALTER DATABASE {name} SET datestyle = 'German'",
        f"ALTER DATABASE {name} SET bytea_output = 'escape'",
        f"ALTER DATABASE {name} SET extra_float_digits = -5",
    )
    fill(url)
    change(
        url,
        'CREATE TABLE "Odd one" (gone int, "select" text, b bytea, f float8, t timestamptz)',
        'ALTER TABLE "Odd one" DROP COLUMN gone',
        """INSERT INTO "Odd one" VALUES (NULL, '\\x00ff', 0.1, now()), ('\\.', '', 'nan', now()),
        (E'a\\nb\\tc\\\\', 'x', 1e300, 'infinity')""",
    )

    content = take(url, file)

    restore(empty, file)
    assert take(empty, file.with_name("again")).tables["Odd one"] == content.tables["Odd one"]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_missing_or_older_program_is_named(
    url: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(BackupError, match=r"^pg_dump is not on the PATH: .*postgresql-client"):
        take(url, file)

    old = folder / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    with pytest.raises(BackupError, match=r"^pg_dump on the PATH is of PostgreSQL 9, the server"):
        take(url, file)
    assert not [*file.parent.iterdir()]


def test_a_database_that_is_away_is_named_without_its_address(file: Path) -> None:
    away = "postgresql://someone:secret@127.0.0.1:1/somewhere"

    with pytest.raises(BackupError) as refused:
        take(away, file)

    assert str(refused.value) == "PostgreSQL: the database cannot be reached (DATABASE_URL)"


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_what_extensions_keep_for_their_users_comes_along(url: str, empty: str, file: Path) -> None:
    settings = (
        "CREATE EXTENSION vector",
        "CREATE TABLE ext_config (name text, own boolean)",
        "ALTER EXTENSION vector ADD TABLE ext_config",
        "UPDATE pg_extension SET extcondition = ARRAY['WHERE NOT own'],"
        " extconfig = ARRAY['ext_config'::regclass] WHERE extname = 'vector'",
    )
    change(url, *settings, "INSERT INTO ext_config VALUES ('theirs', true), ('ours', false)")
    change(empty, *settings, "INSERT INTO ext_config VALUES ('theirs', true)")

    content = take(url, file)

    assert content.tables["ext_config"].rows == 1
    assert backups(url).read(file) == content
    assert not backups(empty).holds_tables()


@pytest.mark.parametrize("force", [True, False])
def test_what_is_no_regular_file_is_not_replaced(url: str, file: Path, force: bool) -> None:
    os.mkfifo(file)

    with pytest.raises(BackupError, match="is no regular file, and is not replaced"):
        backups(url).take(file, quietly, replace=force)

    assert file.is_fifo()


def test_of_all_that_a_program_says_its_error_is_told() -> None:
    said = "a: note: x\\na: error: query failed: ERROR: gone\\na: detail: Query was: SELECT 1"
    failing = ["sh", "-c", f"printf '%b' '{said}' >&2; exit 1"]

    with (
        pytest.raises(BackupError, match=r"^sh ended with 1: a: error: query failed: ERROR: gone$"),
        running(failing, {}),
    ):
        pass
