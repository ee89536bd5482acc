"""The wheel that the image, and any other machine, is given."""

import subprocess
import sys
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.image.recipe import copy_context

PACKAGES = ("adapters", "application", "domain", "entrypoints", "migrations")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what an engine is sent."""
    folder = tmp_path_factory.mktemp("context")
    copy_context(folder)
    return folder


@pytest.fixture(scope="module")
def wheel(sources: Path) -> ZipFile:
    """What the Dockerfile's own command makes of it."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(command, cwd=sources, check=True, capture_output=True)
    (made,) = (sources / "dist").glob("*.whl")
    return ZipFile(made)


def test_it_holds_the_packages_whole_and_nothing_else(sources: Path, wheel: ZipFile) -> None:
    files = (path for package in PACKAGES for path in (sources / package).rglob("*"))
    ours = {path.relative_to(sources).as_posix() for path in files if path.is_file()}

    assert "migrations/versions/0001_tasks_and_journal.py" in ours
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == ours


def test_it_brings_the_command(wheel: ZipFile) -> None:
    (entry_points,) = (name for name in wheel.namelist() if name.endswith("/entry_points.txt"))

    assert "taskhaven = entrypoints.cli:main" in wheel.read(entry_points).decode()


def test_it_runs_on_any_python_that_the_project_names(wheel: ZipFile) -> None:
    (metadata,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    said = message_from_string(wheel.read(metadata).decode())

    assert (said["Name"], said["Requires-Python"]) == ("taskhaven", ">=3.11")
    assert wheel.filename
    assert wheel.filename.endswith("-py3-none-any.whl")
