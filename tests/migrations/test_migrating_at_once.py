"""Several processes migrate one empty database at once (catalogue F16)."""

import subprocess
import sys
from pathlib import Path

from migrations import HEAD
from tests.migrations.databases import leave_rows, target

STARTERS = 20

MIGRATE = """
import sys
from pathlib import Path
from migrations.runner import upgrade
target = Path(sys.argv[2]) if sys.argv[1] == "sqlite" else sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
print(upgrade(target, patience=60))  # the machine may be busy
"""


def start(url: str) -> subprocess.Popen[str]:
    """A process that is about to migrate, and waits for the word."""
    process = subprocess.Popen(
        [sys.executable, "-c", MIGRATE, url.partition(":")[0], str(target(url))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


async def test_F16_of_many_that_migrate_at_once_one_does_it_and_the_others_find_it_done(
    empty_url: str,
) -> None:
    processes = [start(empty_url) for _ in range(STARTERS)]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()

    answers = [process.communicate() for process in processes]

    assert [process.returncode for process in processes] == [0] * STARTERS, answers
    assert sorted(out for out, _ in answers) == [f"{HEAD}\n"] * (STARTERS - 1) + ["None\n"]
    await leave_rows(empty_url)
