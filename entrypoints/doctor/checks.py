"""Runs checks: each to its end, to its failure or until its time is up, and always the next one."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

from entrypoints.doctor.findings import Finding, error

PATIENCE = 5.0  # seconds for a check


@dataclass(frozen=True, slots=True)
class Check:
    """A look at one subject, which tells what it finds as it finds it."""

    name: str
    findings: Callable[[], Iterable[Finding]]


def run(checks: Iterable[Check], patience: float = PATIENCE) -> Iterator[Finding]:
    """What the checks find, in their order."""
    for check in checks:
        yield from _bounded(check, patience)


def _bounded(check: Check, patience: float) -> Iterator[Finding]:
    """In a thread of its own: what hangs, such as a name server, may not be interruptible."""
    told: SimpleQueue[Finding | None] = SimpleQueue()
    Thread(target=_tell, args=(check, told), daemon=True).start()
    deadline = monotonic() + patience
    try:
        while (finding := told.get(timeout=max(0.0, deadline - monotonic()))) is not None:
            yield finding
    except Empty:
        yield error(
            check.name,
            f"there was no answer within {patience:.0f} s",
            "See whether what it looks at can be reached from here, and how busy it is.",
        )


def _tell(check: Check, told: "SimpleQueue[Finding | None]") -> None:
    try:
        for finding in check.findings():
            told.put(finding)
    except Exception as failure:  # noqa: BLE001 - whatever it is, the other checks must be made
        told.put(
            error(
                check.name,
                f"the check itself failed ({type(failure).__name__})",
                "Look at the subject by other means, and report this.",
            )
        )
    told.put(None)
