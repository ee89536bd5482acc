"""Draws what was measured: `python -m benchmarks.growth.draw FILE FOLDER`, run in .venv-bench.

The same values give the same bytes. Text stays text; the ground is transparent, and all else is
to be seen on white as well as on black.
"""

import sys
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl  # type: ignore[import-not-found]
from matplotlib.figure import Figure as Canvas  # type: ignore[import-not-found]
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator  # type: ignore[import-not-found]

from benchmarks.growth.figures import Figure, Panel, Report

_GREY = "#808080"
_STYLES = (("#0a84c6", "o"), ("#d55e00", "s"), ("#009e73", "^"), ("#cc79a7", "D"))
"""Of Okabe and Ito, who made them for all eyes; the first, lighter, for a dark ground."""

_DECADE = 10  # times as much as the least: beyond that the axis is logarithmic
_WIDTH, _HEIGHT = 9, 3.4  # inches of 96 pixels: as wide as a page in a browser
_BAR = 0.36  # of the room that a name has
_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "taskhaven",
    "path.simplify": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "legend.frameon": False,
    **dict.fromkeys(
        [
            *("text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor"),
            *("xtick.color", "ytick.color", "grid.color"),
        ],
        _GREY,
    ),
}


def main() -> None:
    file, folder = map(Path, sys.argv[1:])
    mpl.rcParams.update(_SETTINGS)
    for figure in Report.read(file.read_text()).figures:
        (folder / figure.file).write_text(_svg(figure))


def _svg(figure: Figure) -> str:
    count = len(figure.panels)
    canvas = Canvas(figsize=(_WIDTH, _HEIGHT), layout="constrained")
    canvas.suptitle(figure.title, fontsize=12)
    for place, panel in enumerate(figure.panels):
        axes = canvas.add_subplot(1, count, place + 1)
        (_bars if figure.scale == "names" else _lines)(axes, place, panel)
        _sizes(axes, figure)
        _values(axes, panel, bars=figure.scale == "names")
    if len(figure.panels[0].lines) > 1:
        handles, names = canvas.axes[0].get_legend_handles_labels()
        canvas.legend(handles, names, loc="outside lower center", ncols=len(names))
    drawn = StringIO()
    nothing = dict.fromkeys(["Date", "Creator", "Format", "Type"])
    canvas.savefig(drawn, format="svg", transparent=True, metadata=nothing)
    _, tag, rest = drawn.getvalue().partition("<svg")  # without a document type from elsewhere
    return tag + rest


def _lines(axes: Any, place: int, panel: Panel) -> None:
    for number, line in enumerate(panel.lines):
        colour, marker = _STYLES[number]
        sizes = [point.x for point in line.points]
        lows, highs = [each.low for each in line.points], [each.high for each in line.points]
        axes.fill_between(sizes, lows, highs, color=colour, alpha=0.15, linewidth=0)
        axes.plot(
            sizes,
            [point.y for point in line.points],
            color=colour,
            marker=marker,
            markersize=5,
            label=line.name,
            gid=f"line-{place}-{number}",
        )


def _bars(axes: Any, place: int, panel: Panel) -> None:
    names = [str(point.x) for point in panel.lines[0].points]
    for number, line in enumerate(panel.lines):
        values = [point.y for point in line.points]
        below = [point.y - point.low for point in line.points]
        above = [point.high - point.y for point in line.points]
        bars = axes.bar(
            [each + (number - (len(panel.lines) - 1) / 2) * _BAR for each in range(len(names))],
            values,
            _BAR * 0.92,
            yerr=(below, above),
            ecolor=_GREY,
            color=_STYLES[number][0],
            label=line.name,
        )
        for at, bar in enumerate(bars):
            bar.set_gid(f"bar-{place}-{number}-{at}")
    axes.set_xticks(range(len(names)), names)


def _sizes(axes: Any, figure: Figure) -> None:
    axes.set_xlabel(figure.size)
    if figure.scale == "names":
        return
    if figure.scale == "log":
        axes.set_xscale("log")
    axes.set_xticks([point.x for point in figure.panels[0].lines[0].points])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))


def _values(axes: Any, panel: Panel, *, bars: bool) -> None:
    axes.set_title(panel.title)
    axes.set_ylabel(panel.unit)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    points = [point for line in panel.lines for point in line.points]
    least, most = min(point.low for point in points), max(point.high for point in points)
    if most > _DECADE * least > 0 and not bars:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))


def _short(value: float) -> str:
    """1000 as 1k, a million as 1M."""
    for factor, letter in ((1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:g}{letter}"
    return f"{value:g}"


if __name__ == "__main__":
    main()
