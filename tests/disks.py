"""A disk so small that a test can fill it."""

import errno
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Self

_BLOCK = 4096  # bytes; a file system has no smaller room to give


class SmallDisk:
    """A file system of `size` bytes in memory, for the length of a block, that all may write to."""

    def __init__(self, size: int) -> None:
        self._size = size

    @staticmethod
    def missing() -> str | None:
        """Why there can be none here, or None when there can."""
        try:
            with SmallDisk(_BLOCK):
                return None
        except (OSError, subprocess.CalledProcessError):
            return "only root may mount a file system, and not in every container"

    def __enter__(self) -> Self:
        # Below /tmp, which is open to the account that PostgreSQL runs as.
        self.path = Path(tempfile.mkdtemp(prefix="taskhaven-disk-", dir="/tmp"))
        options = f"size={self._size},mode=0777"
        try:
            self._run("mount", "-t", "tmpfs", "-o", options, "taskhaven-test", str(self.path))
        except BaseException:
            self.path.rmdir()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._run("umount", "--lazy", str(self.path))
        self.path.rmdir()

    def fill(self) -> None:
        """Leave no room."""
        descriptor = os.open(self._filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            while True:
                os.write(descriptor, bytes(_BLOCK))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        finally:
            os.close(descriptor)

    def free(self) -> None:
        """Give back the room that `fill` took."""
        self._filler.unlink()

    @property
    def _filler(self) -> Path:
        return self.path / "filler"

    @staticmethod
    def _run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)
