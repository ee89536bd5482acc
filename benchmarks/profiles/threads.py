"""Processor time of a worker, by whose threads took it."""

import os
from collections.abc import Collection, Mapping
from enum import Enum
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Whose(Enum):
    """Who has threads in a worker."""

    LOOP = "the thread of Python's loop"
    SERVER = "threads of the HTTP server"
    LOG = "thread that writes the log"


def seconds(pid: int) -> Mapping[int, float]:
    """What each thread of a process has taken since its start, by the thread's id."""
    return {
        int(folder.name): _spent((folder / "stat").read_text())
        for folder in Path(f"/proc/{pid}/task").iterdir()
    }


def taken(
    before: Mapping[int, float], after: Mapping[int, float], loop: int, pythons: Collection[int]
) -> Mapping[Whose, float]:
    """The seconds in between. `loop` is the thread that runs Python's loop.

    `pythons` are the threads that Python has started itself: of those only the log's has work.
    """
    found = dict.fromkeys(Whose, 0.0)
    for thread, until in after.items():
        whose = Whose.LOG if thread in pythons else Whose.SERVER
        found[Whose.LOOP if thread == loop else whose] += until - before.get(thread, 0.0)
    return found


def _spent(stat: str) -> float:
    """By the thread and for it in the kernel; a name before these fields may have any character."""
    fields = stat.rpartition(") ")[2].split()
    return sum(map(int, fields[11:13])) / _TICKS
