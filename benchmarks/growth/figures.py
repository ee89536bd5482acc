"""What was measured, ready to be drawn: what is read and written as JSON, and nothing more.

Only the standard library: those who draw have another environment than those who measure.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, TypeAlias

Scale: TypeAlias = Literal["linear", "log", "names"]


def rounded(value: float) -> float:
    """To four digits, which is more than any measurement is worth."""
    return float(f"{value:.4g}")


@dataclass(frozen=True, slots=True)
class Point:
    """A size, what it costs in the middle, and the ends of the range."""

    x: float | str
    y: float
    low: float
    high: float

    @classmethod
    def of(cls, x: float | str, values: Iterable[float]) -> Self:
        """The median, and from the 10th to the 90th of a hundred."""
        ordered = sorted(values)
        last = len(ordered) - 1
        low, middle, high = (ordered[round(last * share)] for share in (0.1, 0.5, 0.9))
        return cls(x, rounded(middle), rounded(low), rounded(high))


@dataclass(frozen=True, slots=True)
class Line:
    """Points in the order of their sizes."""

    name: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines above one axis, in one `unit`."""

    title: str
    unit: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture: panels side by side above the same sizes, and how they were measured.

    Of `names` bars are drawn, of other sizes lines.
    """

    name: str
    title: str
    size: str
    scale: Scale
    how: str
    panels: Sequence[Panel]

    @property
    def file(self) -> str:
        """Its name among the figures."""
        return f"growth-{self.name}.svg"


@dataclass(frozen=True, slots=True)
class Report:
    """All figures, and what they were measured on."""

    facts: str
    figures: Sequence[Figure]

    def text(self) -> str:
        """As JSON, the same each time."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    def over(self, earlier: "Report", order: Iterable[str]) -> "Report":
        """This, and what an earlier one knows besides, in the order of these names."""
        every = {each.name: each for each in (*earlier.figures, *self.figures)}
        return Report(self.facts, [every[name] for name in order if name in every])

    @classmethod
    def read(cls, text: str) -> Self:
        """What `text` wrote."""
        said = json.loads(text)
        return cls(said["facts"], [_figure(each) for each in said["figures"]])


def _figure(said: dict[str, Any]) -> Figure:
    return Figure(**{**said, "panels": [_panel(each) for each in said["panels"]]})


def _panel(said: dict[str, Any]) -> Panel:
    return Panel(**{**said, "lines": [_line(each) for each in said["lines"]]})


def _line(said: dict[str, Any]) -> Line:
    return Line(said["name"], [Point(**each) for each in said["points"]])
