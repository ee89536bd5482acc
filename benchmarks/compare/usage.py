"""Processor time and memory of a process and of all that it started."""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes in memory: of the largest process, and of all together, shared pages counted twice."""

    largest: int
    all: int


def seconds(pid: int) -> float:
    """Processor time since the start, that of processes that have ended included."""
    before: set[int] = set()
    while (family := dict(_tree(pid))).keys() != before:  # one that ended meanwhile is in neither
        before = set(family)
    # utime, stime, and both again of children that were waited for
    return sum(sum(map(int, fields[11:15])) for fields in family.values()) / _TICKS


def memory(pid: int) -> Memory:
    """What they hold now."""
    sizes = [int(fields[21]) * _PAGE for _, fields in _tree(pid)]
    return Memory(max(sizes), sum(sizes))


def descendants(pid: int) -> list[int]:
    """The processes that it started, and those started by them."""
    return [each for each, _ in _tree(pid) if each != pid]


def _tree(pid: int) -> Iterator[tuple[int, list[str]]]:
    """Ids and fields of /proc/<pid>/stat, from the state on, of a process and its descendants."""
    known = dict(_processes())
    children = defaultdict(list)
    for found, fields in known.items():
        children[int(fields[1])].append(found)
    family = [pid]
    for each in family:  # which grows
        family += children[each]
        if each in known:
            yield each, known[each]


def _processes() -> Iterator[tuple[int, list[str]]]:
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = file.read_text()
        except OSError:
            continue
        yield int(file.parent.name), text.rpartition(") ")[2].split()
