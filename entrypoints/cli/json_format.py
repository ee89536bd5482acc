"""Tasks in a file as a JSON array, each in the contract's shape (§2)."""

import mmap
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec

from application.records import Record
from domain.task import Task
from entrypoints.cli.files import BadFile
from entrypoints.http.bodies import write_task


class JsonWriter:
    """Writes an array, a line for each task."""

    def __init__(self) -> None:
        self._separator = b"[\n"

    def head(self) -> bytes:
        """What comes before the tasks."""
        return b""

    def body(self, tasks: Sequence[Task]) -> bytes:
        """The next tasks."""
        return b"".join([self._next() + write_task(task) for task in tasks])

    def tail(self) -> bytes:
        """What comes after the tasks."""
        return b"[]\n" if self._separator == b"[\n" else b"\n]\n"

    def _next(self) -> bytes:
        separator, self._separator = self._separator, b",\n"
        return separator


def read_json(file: BinaryIO) -> Iterator[Record]:
    """The items of the array that a file holds, numbered from 1. Raises `BadFile`.

    The file is mapped, and each item decoded when its turn comes.
    """
    try:
        text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError:
        raise BadFile("is empty: it must be a JSON array of tasks") from None
    try:
        items = msgspec.json.decode(text, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        raise BadFile("must be a JSON array of tasks") from None
    except msgspec.DecodeError as error:
        raise BadFile(f"is not JSON in UTF-8: {error}") from None
    except RecursionError:
        raise BadFile("is nested too deeply") from None
    for place, item in enumerate(items, 1):
        yield _record(place, item)


def _record(place: int, item: msgspec.Raw) -> Record:
    try:
        return Record(place, msgspec.json.decode(item))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Record(place, flaw="is not JSON in UTF-8")
