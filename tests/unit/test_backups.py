"""What backups are compared by, and which can be restored."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.backups import (
    BackupError,
    Backups,
    CheckBackup,
    Content,
    RestoreBackup,
    Restored,
    Sum,
    Tell,
    Terms,
)

FILE = Path("tasks.backup")
NOW = datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC)


class Shelf(Backups):
    """Holds one backup, of a database that may hold tables, and remembers the terms."""

    def __init__(self, content: Content, *, occupied: bool = False) -> None:
        self.content, self.occupied = content, occupied
        self.terms: Terms | None = None

    def take(self, file: Path, tell: Tell, *, replace: bool) -> Content:
        return self.content

    def read(self, file: Path) -> Content:
        return self.content

    def holds_tables(self) -> bool:
        return self.occupied

    def restore(self, file: Path, content: Content, terms: Terms, tell: Tell) -> Restored:
        self.terms = terms
        return Restored(0)


def summed(rows: list[bytes]) -> Sum:
    total = Sum()
    for row in rows:
        total.add(row)
    return total


def content(revision: str = "0004", **tables: Sum) -> Content:
    return Content(revision, tables)


@given(st.lists(st.binary(max_size=9)), st.randoms())
def test_the_order_of_rows_is_no_matter(rows: list[bytes], chance: Random) -> None:
    shuffled = [*rows]
    chance.shuffle(shuffled)
    assert summed(rows) == summed(shuffled)


@given(st.lists(st.binary(max_size=9), min_size=1), st.binary(max_size=9))
def test_another_row_in_place_of_one_is_seen(rows: list[bytes], other: bytes) -> None:
    changed = [other, *rows[1:]]
    assert (summed(rows) == summed(changed)) == (rows[0] == other)


def test_a_row_twice_is_not_the_row_once() -> None:
    assert summed([b"row", b"row"]).checksum != summed([b"row"]).checksum
    assert summed([b"row", b"row", b"other"]) != summed([b"row", b"other", b"other"])


def test_the_checksum_depends_on_the_table() -> None:
    some, none = summed([b"row"]), Sum()
    assert content(a=some, b=none).checksum != content(a=none, b=some).checksum
    assert content(a=some, b=none).checksum == content(b=none, a=some).checksum


def test_tables_that_differ_are_named() -> None:
    read = content(a=Sum(), b=summed([b"row"]), c=Sum())
    read.must_equal(content(c=Sum(), a=Sum(), b=summed([b"row"])))
    with pytest.raises(BackupError, match=r": b, c, d$"):
        read.must_equal(content(a=Sum(), b=Sum(), d=Sum()))


@pytest.mark.parametrize(("revision", "fits"), [("0003", True), ("0004", True), ("0002", False)])
def test_an_older_schema_that_is_known_will_do(revision: str, fits: bool) -> None:
    check = CheckBackup(Shelf(content(revision)), ("0003", "0004"))
    if fits:
        assert check(FILE) == content(revision)
    else:
        with pytest.raises(BackupError, match="0002, and this version restores 0003 to 0004"):
            check(FILE)


def test_a_checksum_that_is_expected_has_to_be_there() -> None:
    check = CheckBackup(Shelf(content()), ("0004",))
    assert check(FILE, content().checksum) == content()
    with pytest.raises(BackupError, match="not the one expected"):
        check(FILE, "0" * 64)


@pytest.mark.parametrize(
    ("occupied", "replace", "done"),
    [(False, False, True), (False, True, True), (True, True, True), (True, False, False)],
)
def test_what_is_there_is_replaced_on_demand(occupied: bool, replace: bool, done: bool) -> None:
    shelf = Shelf(content(), occupied=occupied)
    restore = RestoreBackup(shelf, lambda: NOW)
    if done:
        restore(FILE, content(), lambda _: None, replace=replace)
    else:
        with pytest.raises(BackupError, match="--replace"):
            restore(FILE, content(), lambda _: None, replace=replace)
    assert (shelf.terms is not None) == done


def test_journals_go_on_at_the_microsecond_of_the_restore() -> None:
    shelf = Shelf(content())
    RestoreBackup(shelf, lambda: NOW)(FILE, content(), lambda _: None, keep_sessions=True)
    assert shelf.terms == Terms(NOW, 1_795_253_400_123_456, keep_sessions=True)
