"""The formats that tasks are exported and imported in."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from application.records import Record
from domain.task import Task
from entrypoints.cli.csv_format import CsvWriter, read_csv
from entrypoints.cli.json_format import JsonWriter, read_json


class Writer(Protocol):
    """Writes a file piece by piece, in this order."""

    @abstractmethod
    def head(self) -> bytes:
        """What comes before the tasks."""

    @abstractmethod
    def body(self, tasks: Sequence[Task], /) -> bytes:
        """The next tasks."""

    @abstractmethod
    def tail(self) -> bytes:
        """What comes after the tasks."""


@dataclass(frozen=True, slots=True)
class Format:
    """How tasks stand in a file; `place` is what its records are counted by."""

    writer: Callable[[], Writer]
    read: Callable[[BinaryIO], Iterator[Record]]
    place: str


FORMATS = {
    "json": Format(JsonWriter, read_json, "record"),
    "csv": Format(CsvWriter, read_csv, "line"),
}


def format_of(named: str | None, path: Path) -> Format:
    """The format named, or else the one that the file's name ends with, or else JSON."""
    return FORMATS.get(named or path.suffix[1:].lower(), FORMATS["json"])
