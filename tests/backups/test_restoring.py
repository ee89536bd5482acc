"""What a restore does to a database, and when it refuses."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from application.backups import BackupError
from entrypoints.settings.database_url import DatabaseUrl
from migrations import HEAD, RESTORED
from tests.backups.places import backups, change, fill, quietly, restore, rows, take
from tests.http.api import container
from tests.migrations.test_migrations import REVISIONS
from tests.pgbouncer import PgBouncer
from tests.storages import migrate


def path_of(url: str) -> Path:
    """The SQLite file of that address."""
    path = DatabaseUrl.parse(url).path
    assert path is not None
    return path


def test_every_revision_since_journals_are_followed_can_be_restored() -> None:
    known = [revision.revision for revision in REVISIONS]
    assert list(RESTORED) == known[known.index("0003") :]
    assert RESTORED[-1] == HEAD


def test_only_what_has_to_differ_differs(url: str, empty: str, file: Path) -> None:
    fill(url)
    before = take(url, file)
    restored = restore(empty, file)

    after = take(empty, file.with_name("again"))
    differ = {name for name in after.tables if after.tables[name] != before.tables[name]}
    assert differ == {"owners", "sessions"}
    assert (restored.sessions_ended, after.tables["sessions"].rows) == (1, 0)
    assert rows(empty, "SELECT count(*) FROM owners WHERE position = horizon") == [
        (before.tables["owners"].rows,)
    ]


def test_sessions_are_kept_on_demand(url: str, empty: str, file: Path) -> None:
    fill(url)
    take(url, file)

    assert restore(empty, file, keep_sessions=True).sessions_ended == 0
    assert rows(empty, "SELECT count(*) FROM sessions") == [(1,)]


def test_what_is_there_is_replaced_on_demand_alone(url: str, file: Path) -> None:
    fill(url)
    take(url, file)
    change(url, "DELETE FROM tasks")
    before = take(url, file.with_name("before"))

    with pytest.raises(BackupError, match="--replace"):
        restore(url, file)
    assert take(url, file.with_name("still")) == before

    restore(url, file, replace=True)
    assert rows(url, "SELECT count(*) FROM tasks") == [(1,)]


def test_a_newer_schema_gives_way_and_can_be_migrated_again(url: str, file: Path) -> None:
    take(url, file)
    change(
        url, "CREATE TABLE of_tomorrow (n integer)", "UPDATE alembic_version SET version_num='9'"
    )

    restored = restore(url, file, replace=True)

    assert migrate(url)
    assert rows(url, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert list(restored.left) == (["of_tomorrow"] if url.startswith("postgresql") else [])


@pytest.mark.parametrize("revision", ["0002", "9999"])
def test_a_revision_that_is_not_known_is_refused(
    url: str, empty: str, file: Path, revision: str
) -> None:
    change(url, f"UPDATE alembic_version SET version_num = '{revision}'")
    take(url, file)

    with pytest.raises(BackupError, match=f"is at revision {revision}, and this version restores"):
        restore(empty, file)
    assert not backups(empty).holds_tables()


def test_a_file_of_the_other_storage_is_named_as_that(url: str, file: Path) -> None:
    sqlite = url.startswith("sqlite")
    file.write_bytes(b"PGDMP\1\20" if sqlite else b"SQLite format 3\0")

    with pytest.raises(BackupError, match="PostgreSQL, and" if sqlite else "an SQLite file, and"):
        restore(url, file)


def test_the_replaced_sqlite_file_is_kept_and_is_a_backup_itself(
    sqlite_url: str, file: Path
) -> None:
    path = path_of(sqlite_url)
    path.chmod(0o640)
    take(sqlite_url, file)
    fill(sqlite_url)

    aside = restore(sqlite_url, file, replace=True).aside

    assert aside is not None
    assert aside.name.startswith(f"{path.name}.before-restore-2")
    assert {*path.parent.iterdir()} == {path, aside}
    assert path.stat().st_mode & 0o777 == 0o640
    assert rows(sqlite_url, "SELECT count(*) FROM tasks") == [(0,)]
    assert not restore(sqlite_url, aside, replace=True).left
    assert rows(sqlite_url, "SELECT count(*) FROM tasks") == [(1,)]


def test_a_damaged_sqlite_file_is_replaced_with_all_that_lies_beside_it(
    sqlite_url: str, file: Path
) -> None:
    path = path_of(sqlite_url)
    fill(sqlite_url)
    take(sqlite_url, file)
    path.write_bytes(b"no database at all" * 1000)
    path.with_name(path.name + "-wal").write_bytes(b"its log")

    with pytest.raises(BackupError, match="--replace"):
        restore(sqlite_url, file)
    aside = restore(sqlite_url, file, replace=True).aside

    assert aside is not None
    assert aside.read_bytes().startswith(b"no database")
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"its log"
    assert rows(sqlite_url, "SELECT count(*) FROM tasks") == [(1,)]


def test_the_log_of_a_file_that_is_gone_does_not_get_into_the_new_one(
    sqlite_url: str, file: Path
) -> None:
    path = path_of(sqlite_url)
    take(sqlite_url, file)
    log = path.with_name(path.name + "-wal")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO owners VALUES ('alice', 1, 0, 0)")
        connection.commit()
        left = log.read_bytes()
    path.unlink()
    log.write_bytes(left)

    restore(sqlite_url, file)

    assert rows(sqlite_url, "SELECT count(*) FROM owners") == [(0,)]


def test_a_link_to_the_sqlite_file_stays_one(sqlite_url: str, file: Path, tmp_path: Path) -> None:
    path, link = path_of(sqlite_url), tmp_path / "link.db"
    link.symlink_to(path)
    fill(sqlite_url)
    take(f"sqlite:///{link}", file)
    change(sqlite_url, "DELETE FROM tasks")

    aside = restore(f"sqlite:///{link}", file, replace=True).aside

    assert (link.readlink(), aside and aside.parent) == (path, path.parent)
    assert rows(sqlite_url, "SELECT count(*) FROM tasks") == [(1,)]


@pytest.mark.parametrize("query", ["SELECT 1 FROM owners", "BEGIN IMMEDIATE"])
def test_an_sqlite_file_that_somebody_has_open_is_left_alone(
    sqlite_url: str, file: Path, query: str
) -> None:
    path = path_of(sqlite_url)
    take(sqlite_url, file)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(query).fetchall()
        was = path.read_bytes()

        with pytest.raises(BackupError, match="another process has the database open"):
            restore(sqlite_url, file, replace=True)

        assert path.read_bytes() == was
        assert not [*path.parent.glob("*before-restore*")]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_postgresql_database_that_is_served_is_replaced_on_demand_alone(
    url: str, file: Path
) -> None:
    take(url, file)
    with psycopg.connect(url, application_name="taskhaven", autocommit=True):
        with pytest.raises(BackupError, match="1 connections of the service are open"):
            restore(url, file, replace=True)
        restore(url, file, replace=True, force=True)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_the_service_is_known_by_whichever_name_its_addresses_give_it(url: str, file: Path) -> None:
    take(url, file)
    made = container(DATABASE_URL=f"{url}?application_name=tasks-eu", DATABASE_DIRECT_URL=url)
    restoring = made.restore_backup()
    content = made.check_backup()(file)

    for name in ("tasks-eu", "taskhaven"):
        with (
            psycopg.connect(url, application_name=name, autocommit=True),
            pytest.raises(BackupError, match="1 connections of the service are open"),
        ):
            restoring(file, content, quietly, replace=True)
    with psycopg.connect(url, application_name="another", autocommit=True):
        restoring(file, content, quietly, replace=True)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_pooler_that_keeps_a_connection_of_the_stopped_service_is_named(
    url: str, file: Path
) -> None:
    if missing := PgBouncer.missing():
        pytest.skip(missing)
    take(url, file)
    with PgBouncer(url, reset=False) as pooler:
        with psycopg.connect(pooler.url, application_name="taskhaven") as connection:
            connection.execute("SELECT 1")
        with pytest.raises(BackupError, match="PgBouncer: stop it, or RECONNECT"):
            restore(url, file, replace=True)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_whatever_fails_in_the_middle_undoes_all_of_it(url: str, file: Path) -> None:
    fill(url)
    take(url, file)
    change(url, "CREATE VIEW titles AS SELECT title FROM tasks", "DELETE FROM receipts")
    before = take(url, file.with_name("before"))

    with pytest.raises(BackupError, match=r"^PostgreSQL: cannot drop table tasks because other"):
        restore(url, file, replace=True)

    assert take(url, file.with_name("after")) == before


def test_a_file_without_a_seal_is_taken_and_says_so(url: str, empty: str, file: Path) -> None:
    fill(url)
    content = take(url, file)
    os.truncate(file, file.stat().st_size - 83)

    assert not backups(empty).read(file).sealed
    restore(empty, file)
    assert rows(empty, "SELECT count(*) FROM tasks") == [(content.tables["tasks"].rows,)]
