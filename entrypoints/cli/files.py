"""Files that commands read and write, the standard streams included."""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from entrypoints.cli.parts import BadCall, Failed

STANDARD = Path("-")
"""How a call names standard input or output."""


class BadFile(Exception):
    """The file is not what it should be; the message says what it must be instead."""


@contextmanager
def source(path: Path) -> Iterator[BinaryIO]:
    """What a file, or a pipe, holds now, to be read more than once. Raises `BadCall`."""
    with TemporaryFile() as copy:
        try:
            with sys.stdin.buffer if path == STANDARD else path.open("rb") as file:
                shutil.copyfileobj(file, copy)
            copy.flush()  # for who maps it
        except OSError as error:
            raise BadCall(f"{path} cannot be read: {error.strerror}") from None
        yield copy


@contextmanager
def target(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """A file to write, which is there once it is whole, with mode 0600; or standard output.

    One that is there already is replaced if `force` and a regular one, else raises `BadCall`.
    Raises `Failed`.
    """
    if path == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if path.exists() and not path.is_file():
        raise BadCall(f"{path} is no regular file, and is not replaced")
    if not force and os.path.lexists(path):
        raise _there(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(descriptor)
            _put(draft, path, force=force)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise Failed(f"{path} cannot be written: {error.strerror}") from None


def _put(draft: Path, path: Path, *, force: bool) -> None:
    if force:
        draft.replace(path)
        return
    try:
        path.hardlink_to(draft)  # unlike a rename, it never replaces
    except FileExistsError:
        raise _there(path) from None


def _there(path: Path) -> BadCall:
    return BadCall(f"{path} is there already: --force replaces it")
