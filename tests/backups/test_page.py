"""What docs/backups.md tells an operator to do, done."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backups.places import checksum, fill, take
from tests.command_line import GOOD, PATIENCE, environment

PAGE = (Path(__file__).parents[2] / "docs" / "backups.md").read_text()
COMMANDS = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    """The page's blocks in that language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_drill_goes_as_written(sqlite_url: str, file: Path, tmp_path: Path) -> None:
    fill(sqlite_url)
    content = take(sqlite_url, file)
    (drill,) = (block for block in blocks("sh") if "restore" in block and "user list" in block)
    known = environment({**GOOD, "FILE": str(file)})

    done = subprocess.run(
        ["sh", "-e"],
        input=drill,
        cwd=tmp_path,
        env={**known, "PATH": f"{COMMANDS}{os.pathsep}{known['PATH']}"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert checksum(done.stdout) == content.checksum
    assert "The schema is up to date" in done.stdout
    assert done.stdout.endswith("enabled\n")


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        missing = "the program systemd-analyze is not on the PATH"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    units = []
    for block in blocks("ini"):
        first, _, rest = block.partition("\n")
        units.append(tmp_path / Path(first.removeprefix("# ")).name)
        units[-1].write_text(rest)

    checked = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=one", *units],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert [unit.suffix for unit in units] == [".service", ".timer"]
    assert (checked.returncode, checked.stderr) == (0, "")
