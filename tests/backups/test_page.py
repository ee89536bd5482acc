"""What docs/backups.md tells an operator to do, done."""

import os
import re
import subprocess
import sys
from pathlib import Path

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
