"""How large, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of each question; how many calls of each kind, in so many rounds; and seconds.

    `depth` is the length of the list whose pages are asked for.
    """

    depth: int = 100_000
    tasks: Sequence[int] = (100, 1_000, 10_000, 100_000)
    owners: Sequence[int] = (10, 1_000, 10_000, 100_000)
    entries: Sequence[int] = (100, 1_000, 10_000, 100_000, 1_000_000)
    streams: Sequence[int] = (0, 500, 1_000, 2_000)
    calls: int = 60
    rounds: int = 7
    stream_seconds: float = 20
    load_seconds: int = 5
    load_rounds: int = 5

    @property
    def repeated(self) -> str:
        """How often a call was timed, in words."""
        return f"{self.calls * self.rounds} calls of each kind, one at a time, in turns"


FULL = Plan()
QUICK = Plan(
    depth=20_000,
    tasks=(100, 1_000, 10_000),
    owners=(10, 1_000, 10_000),
    entries=(100, 1_000, 10_000, 100_000),
    calls=30,
    rounds=3,
    stream_seconds=3,
    load_seconds=1,
    load_rounds=3,
)


def with_a_million(plan: Plan) -> Plan:
    """The same, up to a million tasks of one owner."""
    return replace(plan, depth=1_000_000, tasks=(*plan.tasks, 1_000_000))
