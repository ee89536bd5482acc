"""What import-linter cannot say about who may import whom."""

import ast
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def imported(source: bytes) -> Iterator[str]:
    """The top-level packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(
    ("package", "itself"), [("domain", {"domain"}), ("application", {"application", "domain"})]
)
def test_the_core_imports_the_standard_library_and_itself(package: str, itself: set[str]) -> None:
    foreign = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / package).rglob("*.py")
        for name in imported(path.read_bytes())
        if name not in sys.stdlib_module_names | itself
    }
    assert not foreign


@pytest.mark.parametrize(
    "package", ["domain", "application", "adapters", "entrypoints", "migrations"]
)
def test_a_package_is_ours_and_not_a_namesake_that_somebody_installed(package: str) -> None:
    file = import_module(package).__file__
    assert file
    assert Path(file).is_relative_to(ROOT)
