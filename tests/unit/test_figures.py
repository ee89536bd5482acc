"""Every figure there is, is kept by somebody."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from application import metering
from application.metering import FIGURES, Counter, Figure, Timing

ROOT = Path(__file__).parents[2]
LAYERS = ("application", "adapters", "entrypoints")
NAMES = {name: each for name, each in vars(metering).items() if isinstance(each, Figure)}


def test_all_of_them_are_listed() -> None:
    assert {*FIGURES} == {*NAMES.values()}


def test_no_two_have_the_same_name() -> None:
    assert len({figure.name for figure in FIGURES}) == len(FIGURES)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_its_name_is_one_as_Prometheus_wants_them(figure: Figure) -> None:
    assert re.fullmatch(r"taskhaven(?:_[a-z]+)+", figure.name)
    assert not figure.name.endswith("_total"), "which Prometheus adds"
    assert not isinstance(figure, Timing) or figure.name.endswith("_seconds")
    assert not isinstance(figure, Counter) or not figure.name.endswith("_bucket")
    assert figure.says.endswith(figure.says.rstrip("."))


def used() -> Iterator[str]:
    """Every figure that some module imports and reads, which an import alone does not."""
    for path in (path for layer in LAYERS for path in (ROOT / layer).rglob("*.py")):
        nodes = [*ast.walk(ast.parse(path.read_text()))]
        froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
        names = [each.names for each in froms if each.module == "application.metering"]
        read = {node.id for node in nodes if isinstance(node, ast.Name)}
        yield from (alias.name for group in names for alias in group if alias.name in read)


def test_somebody_keeps_each_of_them() -> None:
    assert NAMES.keys() <= {*used()}
