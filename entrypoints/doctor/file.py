"""Checks of an SQLite file and of where it lies."""

from collections.abc import Iterator
from pathlib import Path

from application.errors import Unavailable
from application.inspection import FileInspection, FileSeen
from entrypoints.doctor.findings import Finding, error, ok, warning
from entrypoints.doctor.schema import CannotLook, look, schema

_MIB = 1024 * 1024
_FULL = 100 * _MIB
_NEARLY_FULL = 1024 * _MIB


def sqlite(path: Path, inspect: FileInspection) -> Iterator[Finding]:
    """Everything about a file."""
    try:
        yield from about(path, inspect(path))
        yield schema(look(path))
    except (CannotLook, Unavailable) as why:
        yield error("database", str(why), "See whether the file is an SQLite file, and its modes.")


def about(path: Path, seen: FileSeen) -> Iterator[Finding]:
    """What is to be said of a file and of its folder."""
    if not (seen.writable and seen.folder_writable):
        yield error(
            "database",
            f"{path}, or the folder that it lies in, may not be written by this user",
            "Give both to the user that the service runs as; SQLite keeps its log beside the file.",
        )
    elif seen.exists:
        yield ok("database", f"{path} can be read and written")
    else:
        yield ok("database", f"{path} will be made at the first start")
    if seen.open_to_others:
        yield warning(
            "database",
            f"{path} may be read or written by others than its owner",
            "Make it its owner's alone: chmod 600, and 700 for its folder.",
        )
    yield _room(seen.free)
    if seen.remote:
        yield warning(
            "disk",
            f"{path} is on a file system of another machine ({seen.remote}), where SQLite's locks "
            "and its log cannot be relied on",
            "Keep it on a disk of this machine, or use PostgreSQL.",
        )


def _room(free: int) -> Finding:
    text = f"{free // _MIB} MiB are free on the database's disk"
    if free < _FULL:
        return error("disk", text, "Make room now: writes fail on a full disk.")
    if free < _NEARLY_FULL:
        return warning("disk", text, "Make room, or take a larger disk.")
    return ok("disk", text)
