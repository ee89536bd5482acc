"""The figures of cost against size (`make bench-growth`), and the tables beside them."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.compare.places import PAGE
from benchmarks.growth.figures import Figure, Line, Panel, Point, Report
from benchmarks.growth.page import BEGIN, END, section
from benchmarks.growth.publishing import FIGURES, kept, read

REPORT = kept()
SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
SAFE = {"svg", "defs", "style", "g", "path", "use", "text", "tspan", "clipPath", "rect"}
NUMBER = r"-?[\d.]+"

every_figure = pytest.mark.parametrize("figure", REPORT.figures, ids=lambda figure: figure.name)


def a_report(name: str = "one", y: float = 2.0, facts: str = "today") -> Report:
    line = Line("a line", [Point(1, y, 1, 3), Point(10, 5, 5, 5)])
    return Report(
        facts, [Figure(name, "A title", "tasks", "log", "So.", [Panel("P", "ms", [line])])]
    )


def heights(figure: Figure, panel: int, line: int) -> list[float]:
    """How far down each of a line's points, or the top of each bar, was drawn."""
    paths = {
        group.get("id"): str(group[0].get("d"))
        for group in ElementTree.parse(FIGURES / figure.file).iter(f"{SVG}g")  # noqa: S314 - ours
        if len(group) and group[0].tag == f"{SVG}path"
    }
    if figure.scale != "names":
        found = re.findall(f"[ML] {NUMBER} ({NUMBER})", paths[f"line-{panel}-{line}"])
        return [float(each) for each in found]
    bars = [
        paths[f"bar-{panel}-{line}-{at}"] for at in range(len(figure.panels[0].lines[0].points))
    ]
    return [min(map(float, re.findall(f"[ML] {NUMBER} ({NUMBER})", bar))) for bar in bars]


def off(values: Sequence[float], drawn: Sequence[float]) -> float:
    """How far the drawing strays at most from an even axis, in the drawing's own unit."""
    pairs = sorted(zip(values, drawn, strict=True))
    (least, low), (most, high) = pairs[0], pairs[-1]
    slope = (high - low) / (most - least) if most > least else 0.0
    return max(abs(low + (value - least) * slope - at) for value, at in pairs)


def test_there_is_a_figure_for_each_question() -> None:
    names = [figure.name for figure in REPORT.figures]

    assert names == ["depth", "tasks", "owners", "journal", "streams", "workers"]
    assert {file.name for file in FIGURES.iterdir()} == {
        "growth.json",
        *(figure.file for figure in REPORT.figures),
    }


def test_the_page_says_what_was_measured() -> None:
    text = PAGE.read_text()
    between = text.split(BEGIN)[1].split(END)[0]

    assert text.count(BEGIN) == text.count(END) == 1
    assert between.strip() == section(REPORT)


def test_the_page_shows_figures_that_are_there() -> None:
    shown = re.findall(r"!\[[^\]]+\]\((figures/[^)]+)\)", PAGE.read_text())

    assert shown == [f"figures/{figure.file}" for figure in REPORT.figures]
    assert all((PAGE.parent / file).is_file() for file in shown)


@every_figure
def test_a_figure_is_a_picture_and_nothing_else(figure: Figure) -> None:
    text = (FIGURES / figure.file).read_text()
    root = ElementTree.fromstring(text)  # noqa: S314 - ours

    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= SAFE
    for element in root.iter():
        assert not [name for name in element.attrib if name.startswith(("on", "href"))]
        assert element.get(HREF, "#").startswith("#")
    assert not re.search(r"<!|<\?|@import|url\((?!#)", text)


@every_figure
def test_a_figure_has_its_title_and_units_as_text(figure: Figure) -> None:
    root = ElementTree.parse(FIGURES / figure.file)  # noqa: S314 - ours
    said = {"".join(text.itertext()) for text in root.iter(f"{SVG}text")}

    assert {figure.title, figure.size} <= said
    assert {panel.unit for panel in figure.panels} <= said
    assert {panel.title for panel in figure.panels} <= said


@every_figure
def test_what_is_drawn_is_what_the_table_says(figure: Figure) -> None:
    for place, panel in enumerate(figure.panels):
        values = [point.y for line in panel.lines for point in line.points]
        drawn = [y for line in range(len(panel.lines)) for y in heights(figure, place, line)]
        logarithms = [math.log10(value) for value in values] if min(values) > 0 else values

        assert min(off(values, drawn), off(logarithms, drawn)) < 0.1, panel.title


def test_a_point_is_the_middle_and_most_of_the_range() -> None:
    assert Point.of(7, range(101)) == Point(7, 50, 10, 90)
    assert Point.of(7, [3.14159]) == Point(7, 3.142, 3.142, 3.142)


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    file.write_text(a_report().text())

    assert read(file) == a_report()
    assert read(tmp_path / "none.json") == Report("", [])


def test_what_was_measured_again_takes_its_own_place_alone() -> None:
    earlier = Report("before", [*a_report("one").figures, *a_report("two").figures])
    again = a_report("two", y=4.0).over(earlier, ["two", "one", "three"])

    assert again == Report("today", [*a_report("two", y=4.0).figures, *a_report("one").figures])


def test_a_table_has_every_value_with_its_range() -> None:
    assert "| P, ms | 2 (1 to 3) | 5 |" in section(a_report())
    assert "| tasks | 1 | 10 |" in section(a_report())
