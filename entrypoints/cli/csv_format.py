"""Tasks in a file as CSV (RFC 4180): a header row, then a row for each task.

A cell holds what the member says in JSON, but for strings, which stand as they are, and null, which
is an empty cell. So that no spreadsheet takes a cell for a formula, and no empty string for null,
a string that is empty or could be a formula has a `'` before it, and so has one that begins as if
it had; reading takes one off.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import msgspec

from application.records import Record
from domain.task import Task
from entrypoints.cli.files import BadFile
from entrypoints.http.bodies import TaskBody, body_of

COLUMNS = TaskBody.__struct_fields__

_GUARDED = re.compile(r"'*(?:[=+\-@\t\r]|\Z)")
_GUARD = re.compile(r"'(?='*(?:[=+\-@\t\r]|\Z))")
_HEADER = "line 1 must be a header row that names the columns, title among them"
_TRUTH = {"true": True, "false": False}


class CsvWriter:
    """Writes a header and rows, each ended by CR LF."""

    def head(self) -> bytes:
        """The header row."""
        return _rows([COLUMNS])

    def body(self, tasks: Sequence[Task]) -> bytes:
        """A row for each of the next tasks."""
        return _rows([_row(body_of(task)) for task in tasks])

    def tail(self) -> bytes:
        """What comes after the rows."""
        return b""


def read_csv(file: BinaryIO) -> Iterator[Record]:
    """The rows of a file, each at its line. Raises `BadFile`."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    rows = csv.reader(text, strict=True)
    try:
        names = _header(rows)
        line = rows.line_num + 1
        for row in rows:
            if row:
                yield _record(line, names, row)
            line = rows.line_num + 1
    except csv.Error as error:
        raise BadFile(f"is not CSV after line {rows.line_num}: {error}") from None
    except UnicodeDecodeError:
        raise BadFile(f"is not UTF-8 after line {rows.line_num}") from None
    finally:
        text.detach()  # else it would close the file


def guarded(text: str) -> str:
    """The cell that stands for a string; no two strings have the same."""
    return f"'{text}" if _GUARDED.match(text) else text


def unguarded(cell: str) -> str:
    """The string that a cell stands for."""
    return cell[1:] if _GUARD.match(cell) else cell


def _header(rows: Iterator[list[str]]) -> Sequence[str]:
    names = next(rows, [])
    if "title" not in names:
        raise BadFile(_HEADER)
    for name in names:
        if name not in COLUMNS:
            raise BadFile(f"line 1 names the column {name!r}, which is not a member of a task")
    if len({*names}) < len(names):
        raise BadFile("line 1 names a column twice")
    return names


def _record(line: int, names: Sequence[str], row: Sequence[str]) -> Record:
    if len(row) != len(names):
        return Record(line, flaw=f"must have {len(names)} cells, as the header has; not {len(row)}")
    cells = zip(names, row, strict=True)
    return Record(line, {name: _value(name, unguarded(cell)) for name, cell in cells if cell})


def _value(name: str, text: str) -> object:
    """The plain value, or the text for the domain to refuse."""
    if name == "completed":
        return _TRUTH.get(text.lower(), text)  # spreadsheets write them in capitals
    if name != "tags":
        return text
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def _row(body: TaskBody) -> list[str]:
    plain = msgspec.to_builtins(body)
    return [_cell(plain[name]) for name in COLUMNS]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else msgspec.json.encode(value).decode()


def _rows(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
