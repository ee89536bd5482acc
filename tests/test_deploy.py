"""The alerts and the dashboard are made of figures that there are."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from application.metering import FIGURES, Counter, Figure, Timing

DEPLOY = Path(__file__).parents[1] / "deploy"
ALERTS = (DEPLOY / "alerts.yml").read_text()
DASHBOARD: Any = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
RULES = re.split(r"^      - alert: ", ALERTS, flags=re.MULTILINE)[1:]
LABELS = {label for figure in FIGURES for label in figure.labels} | {"instance", "le"}


def exposed(figure: Figure) -> Iterator[str]:
    """The names of a figure's series."""
    if isinstance(figure, Counter):
        yield f"{figure.name}_total"
    elif isinstance(figure, Timing):
        yield from (f"{figure.name}_{part}" for part in ("bucket", "sum", "count"))
    else:
        yield figure.name


def expressions() -> list[str]:
    """All that the dashboard and the alerts ask."""
    asked = [target["expr"] for panel in PANELS for target in panel["targets"]]
    folded = [re.split(r"^        \w+:", rule, flags=re.MULTILINE)[1] for rule in RULES]
    return asked + [" ".join(rule.removeprefix(" >-").split()) for rule in folded]


@pytest.mark.parametrize("expression", expressions())
def test_it_asks_for_what_there_is(expression: str) -> None:
    known = {name for figure in FIGURES for name in exposed(figure)}
    named = re.findall(r"\btaskhaven_\w+", expression)

    assert named
    assert {*named} <= known


@pytest.mark.parametrize("expression", expressions())
def test_it_asks_by_labels_that_there_are(expression: str) -> None:
    grouped = re.findall(r"\b(?:by|on) \(([^)]*)\)", expression)
    chosen = re.findall(r"(\w+)(?:=~|!~|!=|=)\"", expression)

    named = {label.strip() for group in grouped for label in group.split(",")} | {*chosen}
    assert named <= LABELS


def test_every_figure_is_on_the_dashboard() -> None:
    shown = " ".join(target["expr"] for panel in PANELS for target in panel["targets"])
    asked = {*re.findall(r"\w+", shown)}

    assert not [figure.name for figure in FIGURES if not asked & {*exposed(figure)}]


def test_the_dashboard_asks_the_data_source_that_is_chosen() -> None:
    (variable,) = DASHBOARD["templating"]["list"]
    assert (variable["type"], variable["query"]) == ("datasource", "prometheus")

    sources = [each["datasource"] for panel in PANELS for each in (panel, *panel["targets"])]
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    assert [*filter(lambda source: source != chosen, sources)] == []
    assert json.dumps(DASHBOARD).count('"uid"') == len(sources) + 1, "and its own"


def test_no_two_panels_lie_upon_each_other() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len({*ids}) == len(ids)

    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {
            (at["x"] + across, at["y"] + down)
            for across in range(at["w"])
            for down in range(at["h"])
        }
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.partition("\n")[0])
def test_an_alert_says_how_urgent_it_is_and_where_to_read_on(rule: str) -> None:
    name = rule.partition("\n")[0]

    assert re.search(r"^        labels: \{severity: (page|ticket)\}$", rule, re.MULTILINE)
    assert re.search(r"^          summary: \S.*[^.]$", rule, re.MULTILINE)
    assert f"          runbook: docs/operations.md#{name.lower()}\n" in rule


def test_no_two_alerts_have_the_same_name() -> None:
    names = [rule.partition("\n")[0] for rule in RULES]

    assert len({*names}) == len(names)


@pytest.mark.parametrize("arguments", [("check", "alerts.yml"), ("test", "alerts_test.yml")])
def test_Prometheus_s_own_tool_agrees(arguments: tuple[str, str]) -> None:
    tool = shutil.which("promtool")
    if tool is None and os.environ.get("CI"):
        pytest.fail("the program promtool is not on the PATH")
    if tool is None:
        pytest.skip("the program promtool is not on the PATH")
    what, file = arguments

    done = subprocess.run(
        [tool, what, "rules", DEPLOY / file], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
