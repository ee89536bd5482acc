"""The section of the page: each figure, and the values that it shows."""

from collections.abc import Iterator

from benchmarks.growth.figures import Figure, Line, Point, Report

BEGIN, END = "<!-- growth:begin -->", "<!-- growth:end -->"


def section(report: Report) -> str:
    """All of it, in Markdown."""
    return "\n\n".join([report.facts, *("\n".join(_shown(each)) for each in report.figures)])


def _shown(figure: Figure) -> Iterator[str]:
    yield f"### {figure.title}"
    yield ""
    yield f"![{figure.title}](figures/{figure.file})"
    yield ""
    yield figure.how
    yield ""
    sizes = [_size(point) for point in figure.panels[0].lines[0].points]
    yield f"| {figure.size} | {' | '.join(sizes)} |"
    yield "|---|" + "---:|" * len(sizes)
    for panel in figure.panels:
        for line in panel.lines:
            name = f"{panel.title}, {line.name}" if len(panel.lines) > 1 else panel.title
            yield _row(f"{name}, {panel.unit}", line)


def _row(name: str, line: Line) -> str:
    return f"| {name} | {' | '.join(_value(point) for point in line.points)} |"


def _size(point: Point) -> str:
    return point.x if isinstance(point.x, str) else f"{point.x:,.0f}"


def _value(point: Point) -> str:
    """The middle and, where there is one, the range."""
    ends = f" ({_digits(point.low)} to {_digits(point.high)})" if point.low < point.high else ""
    return f"{_digits(point.y)}{ends}"


def _digits(value: float) -> str:
    """Three digits that count, at most two behind the point."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
