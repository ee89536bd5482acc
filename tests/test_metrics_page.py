"""docs/metrics.md lists every figure and every event there is, and none that is not."""

import ast
import re
from pathlib import Path

import pytest

from application.metering import FIGURES, Counter, Figure, Gauge, Over, Timing
from tests.figures import Figures
from tests.http.api import container, in_process

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "metrics.md").read_text()
ROW = re.compile(r"^\| `(taskhaven_\w+)` \| (\w+) \| (?:(.*?) )?\| (.+) \|$", re.MULTILINE)
EVENT = re.compile(r"^\| `([^`]+)` \| (?:`taskhaven\.(\w+)` )?\| (.+) \| (.+) \|$", re.MULTILINE)
LABELS = {label for figure in FIGURES for label in figure.labels}
KINDS: dict[type[Figure], str] = {Counter: "counter", Timing: "histogram", Gauge: "gauge"}


def exposed(figure: Figure) -> str:
    return f"{figure.name}_total" if isinstance(figure, Counter) else figure.name


def test_every_row_of_the_tables_is_read() -> None:
    figures, events = PAGE.count("\n| `taskhaven_"), PAGE.count("` | `taskhaven.")

    assert len(ROW.findall(PAGE)) == figures
    assert len(EVENT.findall(PAGE)) == events + 1, "that of requests has no logger"


def test_it_lists_exactly_the_figures_there_are_in_their_order() -> None:
    rows = [(name, kind) for name, kind, _, _ in ROW.findall(PAGE)]

    assert rows == [(exposed(figure), KINDS[type(figure)]) for figure in FIGURES]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_it_names_the_labels_of_each(figure: Figure) -> None:
    (labels,) = [labels for name, _, labels, _ in ROW.findall(PAGE) if name == exposed(figure)]

    named = [name for name in re.findall(r"`(\w+)`", labels) if name in LABELS]
    assert tuple(named) == figure.labels


async def test_what_is_answered_stands_in_the_table() -> None:
    async with in_process(container()) as api:
        await api.user().create()
        await api.client.get("/nowhere")
        answer = await api.client.get("/metrics")

    rows = {(name, kind) for name, kind, _, _ in ROW.findall(PAGE)}
    shown = {
        (f"{each.name}_total" if each.type == "counter" else each.name, each.type)
        for each in Figures.read(answer.text).families
    }
    assert shown == rows


@pytest.mark.parametrize("over", [Over.SUM, Over.LEAST, Over.MOST, Over.LATEST])
def test_it_says_what_each_gauge_is_over_the_workers(over: Over) -> None:
    (text,) = re.findall(r"^Sums over the workers are(.*?)^$", PAGE, re.DOTALL | re.MULTILINE)
    sums, rest = text.split("Of ", 1)
    least, rest = rest.split(" it is the least of any worker", 1)
    most, latest = rest.split(" the most, of ", 1)
    said = {Over.SUM: sums, Over.LEAST: least, Over.MOST: most, Over.LATEST: latest}[over]

    named = {name.removeprefix("taskhaven") for name in re.findall(r"`(\w+)`", said)}
    assert named == {
        figure.name.removeprefix("taskhaven")
        for figure in FIGURES
        if isinstance(figure, Gauge) and figure.over is over
    }


def logged() -> set[str]:
    """The first argument of every call that logs or records, `…` for what is filled in."""
    sources = [
        path
        for layer in ("application", "adapters", "entrypoints")
        for path in (ROOT / layer).rglob("*.py")
    ]
    calls = [
        node
        for path in sources
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args
    ]
    said = set()
    for call in calls:
        assert isinstance(call.func, ast.Attribute)
        of = call.func.value
        logs = isinstance(of, ast.Name) and of.id == "_log"
        records = call.func.attr == "record"
        first = call.args[0]
        if (logs or records) and isinstance(first, ast.Constant):
            text = str(first.value)
            said.add(re.sub(r"%[sd]", "…", text).removesuffix(": …"))
    return said


def test_it_lists_every_event_that_is_logged_and_no_other() -> None:
    listed = {event for event, *_ in EVENT.findall(PAGE)}

    assert listed == logged() | {"request", "waiting for the database"}


def test_every_logger_it_names_is_there() -> None:
    sources = "".join(
        path.read_text()
        for layer in ("adapters", "entrypoints")
        for path in (ROOT / layer).rglob("*.py")
    )

    named = {logger for _, logger, *_ in EVENT.findall(PAGE) if logger}
    assert named == {*re.findall(r'getLogger\("taskhaven\.(\w+)"\)', sources)}
