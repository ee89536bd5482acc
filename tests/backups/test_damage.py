"""Files that are not what was written."""

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from application.backups import BackupError
from tests.backups.places import backups, fill, restore, rows, take


def test_a_bit_anywhere_is_enough_to_be_refused(url: str, file: Path) -> None:
    fill(url)
    take(url, file)
    whole = file.read_bytes()
    chance = random.Random(2026)
    places = [chance.randrange(len(whole) - 83) for _ in range(40)]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        file.write_bytes(changed)
        with pytest.raises(BackupError):
            backups(url).read(file)


@pytest.mark.parametrize("part", [0, 0.01, 0.5, 0.9, 0.99])
def test_a_file_that_ends_early_is_refused_and_nothing_is_changed(
    url: str, empty: str, file: Path, part: float
) -> None:
    fill(url)
    take(url, file)
    os.truncate(file, int(file.stat().st_size * part))

    with pytest.raises(BackupError):
        restore(url, file, replace=True)
    with pytest.raises(BackupError):
        restore(empty, file)

    assert rows(url, "SELECT count(*) FROM tasks") == [(1,)]
    assert not backups(empty).holds_tables()


def test_what_is_no_backup_is_refused(url: str, file: Path) -> None:
    file.write_text("-- PostgreSQL database dump\n" * 1000)

    with pytest.raises(BackupError, match="is no backup of"):
        restore(url, file)


def test_a_database_whose_log_lies_beside_it_is_refused(
    sqlite_url: str, sqlite_file: Path, new_database: Callable[[str], str]
) -> None:
    with closing(sqlite3.connect(sqlite_file)) as connection:
        connection.execute("INSERT INTO owners VALUES ('alice', 1, 0, 0)")
        connection.commit()

        with pytest.raises(BackupError, match="a log lies beside it"):
            restore(new_database("sqlite"), sqlite_file)


def test_a_file_that_is_not_there_is_named(url: str, file: Path) -> None:
    with pytest.raises(BackupError, match=f"^{file} cannot be read: No such file"):
        restore(url, file)


def test_a_database_without_tasks_is_no_backup_of_ours(url: str, file: Path) -> None:
    fill(url)
    take(url, file)
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"alembic_version", b"alembic_removed")[:-83])

    with pytest.raises(BackupError):
        restore(url, file)
