"""What was measured, on its way into the page: kept as JSON, drawn, and written down."""

import subprocess
from pathlib import Path

from benchmarks.compare.places import PAGE, ROOT
from benchmarks.compare.report import write
from benchmarks.growth.figures import Report
from benchmarks.growth.page import BEGIN, END, section

FIGURES = PAGE.parent / "figures"
KEPT = FIGURES / "growth.json"

_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
_INSTALLED = ROOT / ".venv-bench" / "tools"
_PATIENCE = 120  # seconds for what takes five


def missing() -> str | None:
    """Why nothing can be drawn, or None when it can."""
    return None if _INSTALLED.exists() else "make bench-growth installs what draws"


def kept() -> Report:
    """What the page shows now."""
    return read(KEPT)


def read(file: Path) -> Report:
    """What a file keeps; nothing where there is none."""
    return Report.read(file.read_text()) if file.exists() else Report("", [])


def publish(report: Report) -> None:
    """Keep it, draw it, and put its tables into the page."""
    FIGURES.mkdir(exist_ok=True)
    KEPT.write_text(report.text())
    draw(KEPT, FIGURES)
    write(PAGE, section(report), BEGIN, END)


def draw(file: Path, folder: Path) -> None:
    """Draw all that a file keeps into a folder."""
    program = [str(_PYTHON), "-m", "benchmarks.growth.draw", str(file), str(folder)]
    subprocess.run(program, cwd=ROOT, check=True, timeout=_PATIENCE)  # noqa: S603 - our own
