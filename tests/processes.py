"""Processes that others started."""

import os
from pathlib import Path


def children(pid: int) -> list[int]:
    """The processes that `pid` started and that live."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = file.read_text().rpartition(") ")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(file.parent.name))
    return sorted(found)


def gone(pid: int) -> bool:
    """Whether there is no such process any more, but perhaps what nobody has looked after."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except (ProcessLookupError, FileNotFoundError):
        return True
