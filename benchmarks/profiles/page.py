"""The table of the page: what each layer takes of each request."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.profiles.layers import LAYERS, OTHER
from benchmarks.profiles.threads import Whose

BEGIN, END = "<!-- profiles:begin -->", "<!-- profiles:end -->"


@dataclass(frozen=True, slots=True)
class Profile:
    """A request: how many were answered a second, and what of its time went where.

    `samples` are those of the loop's thread, by layer; `spent` are microseconds of processor time
    a request, by whose threads they were.
    """

    request: str
    rate: float
    samples: Mapping[str, int]
    spent: Mapping[Whose, float]

    def microseconds(self, layer: str) -> float:
        """What a layer took of the loop's thread."""
        share = self.samples.get(layer, 0) / sum(self.samples.values())
        return share * self.spent[Whose.LOOP]


def section(how: str, profiles: Sequence[Profile]) -> str:
    """All of it, in Markdown."""
    return "\n".join([how, "", *_table(profiles)])


def _table(profiles: Sequence[Profile]) -> Iterator[str]:
    yield _line("µs of processor a request", (each.request for each in profiles))
    yield "|---|" + "---:|" * len(profiles)
    yield _line("*requests/s*", (f"*{each.rate:,.0f}*" for each in profiles))
    for layer in [*LAYERS, OTHER]:
        yield _row(layer, (each.microseconds(layer) for each in profiles))
    for whose in (Whose.SERVER, Whose.LOG):
        yield _row(whose.value, (each.spent[whose] for each in profiles))
    yield _row("sum", (sum(each.spent.values()) for each in profiles))


def _row(name: str, values: Iterable[float]) -> str:
    return _line(name, (f"{value:,.0f}" if value >= 100 else f"{value:.1f}" for value in values))


def _line(name: str, cells: Iterable[str]) -> str:
    return f"| {' | '.join([name, *cells])} |"
