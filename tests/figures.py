"""What `/metrics` says, as Prometheus reads it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Self, TypeVar

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

T = TypeVar("T")

PATIENCE = 20.0  # seconds for what takes one


@dataclass(frozen=True, slots=True)
class Figures:
    """All families of one answer."""

    families: tuple[Metric, ...]

    @classmethod
    def read(cls, text: str) -> Self:
        """What the text says; it is an error if it cannot be parsed."""
        return cls(tuple(text_string_to_metric_families(text)))

    def of(self, name: str, **labels: str) -> float:
        """The sum over the samples of this name that bear these labels; 0 if there is none."""
        return sum(each.value for each in self.samples(name, **labels))

    def samples(self, name: str, **labels: str) -> Iterator[Sample]:
        """The samples of this name that bear these labels."""
        for family in self.families:
            for each in family.samples:
                if each.name == name and labels.items() <= each.labels.items():
                    yield each

    @property
    def label_values(self) -> set[str]:
        """Every value that any label has, the bounds of histograms left out."""
        return {
            value
            for family in self.families
            for each in family.samples
            for name, value in each.labels.items()
            if name != "le"
        }

    @property
    def size(self) -> int:
        """How many samples there are."""
        return sum(len(family.samples) for family in self.families)


async def until(ask: Callable[[], Awaitable[T]], holds: Callable[[T], bool]) -> T:
    """The first answer that holds; what is seen every second cannot be seen at once."""
    deadline = time.monotonic() + PATIENCE
    while not holds(answer := await ask()):
        assert time.monotonic() < deadline, f"it never held, at last: {str(answer)[:1000]}"
        await asyncio.sleep(0.02)
    return answer
