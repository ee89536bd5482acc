"""A look at an SQLite file and at where it lies; nothing is opened, and nothing made."""

import os
import shutil
from pathlib import Path

from application.errors import Unavailable
from application.inspection import FileInspection, FileSeen

# Whose locks do not hold, or hold on one machine alone: SQLite's write-ahead log needs shared
# memory.
_REMOTE = frozenset(
    {"9p", "afs", "ceph", "cifs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"}
)
_MOUNTS = Path("/proc/mounts")


class SqliteInspection(FileInspection):
    """Looks at a file, or, before there is one, at the folder that it will lie in."""

    def __call__(self, path: Path) -> FileSeen:
        try:
            return _seen(path.absolute())
        except OSError as error:
            raise Unavailable(f"SQLite: {error.strerror}") from error


def _seen(path: Path) -> FileSeen:
    exists = path.exists()
    folder = next(parent for parent in path.parents if parent.exists())
    return FileSeen(
        exists=exists,
        writable=not exists or os.access(path, os.R_OK | os.W_OK),
        folder_writable=os.access(folder, os.W_OK | os.X_OK),
        open_to_others=exists and _open_to_others(path),
        free=shutil.disk_usage(folder).free,
        remote=remote_type(folder.resolve(), _mounts()),
    )


def _open_to_others(path: Path) -> bool:
    """Whether its group, or everybody, may pass through the folder to a file that they may use."""
    file, folder = path.stat().st_mode, path.parent.stat().st_mode
    return bool(file & 0o060 and folder & 0o010) or bool(file & 0o006 and folder & 0o001)


def remote_type(folder: Path, mounts: str) -> str | None:
    """The type of the file system below `folder` if it is another machine's, from /proc/mounts."""
    fields = [line.split(" ") for line in mounts.splitlines()]
    found = [(Path(_unescaped(f[1])), f[2]) for f in fields if len(f) > 2]
    below = [(len(place.parts), kind) for place, kind in found if folder.is_relative_to(place)]
    kind = max(below, key=lambda place: place[0], default=(0, ""))[1].removeprefix("fuse.")
    return kind if kind in _REMOTE or kind == "sshfs" else None


def _mounts() -> str:
    try:
        return _MOUNTS.read_text(errors="surrogateescape")
    except OSError:  # not every system has it
        return ""


def _unescaped(place: str) -> str:
    """Spaces, tabs, newlines and backslashes stand there as octal numbers."""
    for code, character in (("040", " "), ("011", "\t"), ("012", "\n"), ("134", "\\")):
        place = place.replace(f"\\{code}", character)
    return place
