"""A line at the end of a file that says what all before it was when it was written.

Neither SQLite nor `pg_restore` looks at it.
"""

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import IO

from application.backups import BackupError

_SEAL = re.compile(rb"\ntaskhaven sha256 ([0-9a-f]{64})\n")
_LENGTH = 83  # bytes
_AT_ONCE = 1 << 20


def seal(file: Path) -> None:
    """Add the line."""
    with file.open("r+b") as opened:
        digest = _digest(opened, file.stat().st_size)
        opened.write(f"\ntaskhaven sha256 {digest}\n".encode())


def sealed_size(file: Path) -> int | None:
    """How long the file is before the line; none where there is no line.

    Raises `BackupError` if what is before the line is not what it was.
    """
    size = file.stat().st_size - _LENGTH
    if size < 0:
        return None
    with file.open("rb") as opened:
        opened.seek(size)
        match = _SEAL.fullmatch(opened.read())
        opened.seek(0)
        if match is None:
            return None
        if _digest(opened, size) != match[1].decode():
            raise BackupError(f"{file} is damaged: it is not what was written")
    return size


def break_seal(file: Path) -> None:
    """Take the line away, if there is one."""
    size = sealed_size(file)
    if size is not None:
        os.truncate(file, size)


def _digest(opened: IO[bytes], size: int) -> str:
    digest = sha256()
    while size > 0 and (piece := opened.read(min(size, _AT_ONCE))):
        digest.update(piece)
        size -= len(piece)
    return digest.hexdigest()
