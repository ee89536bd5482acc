"""A file that is there whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from application.backups import BackupError


@contextmanager
def placed(file: Path, *, replace: bool) -> Iterator[Path]:
    """An empty file beside `file`, mode 0600, which takes that name when the block ends well.

    By then it is on the disk. Raises `BackupError`, also for what the system refuses in the block.
    """
    if file.exists() and not file.is_file():
        raise BackupError(f"{file} is no regular file, and is not replaced")
    if not replace and file.exists():
        raise BackupError(f"{file} is there already: --force replaces it")
    try:
        part = _beside(file)
        try:
            yield part
            _sync(part)
            part.replace(file)
            _sync(file.parent)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}") from None


def _beside(file: Path) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".partial", dir=file.parent)
    os.close(handle)
    return Path(name)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
