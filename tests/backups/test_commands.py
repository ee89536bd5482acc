"""`taskhaven backup` and `restore`, as an operator types them."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.backups.places import backups, checksum, fill, rows, take
from tests.command_line import GOOD, PATIENCE, TASKHAVEN, environment, run
from tests.pgbouncer import PgBouncer


def test_what_is_said_is_what_is_there(url: str, file: Path, tmp_path: Path) -> None:
    fill(url)

    taken = run("backup", str(file), folder=tmp_path, **GOOD, DATABASE_URL=url)

    assert (taken.returncode, taken.stderr) == (0, "")
    assert "  schema                   0003\n" in taken.stdout
    assert "  tasks                       1 rows\n" in taken.stdout
    assert f"  bytes            {file.stat().st_size:>12,}\n" in taken.stdout
    assert checksum(taken.stdout) == backups(url).read(file).checksum


def test_a_file_that_is_there_is_replaced_by_force_alone(
    url: str, file: Path, tmp_path: Path
) -> None:
    file.write_text("precious")

    refused = run("backup", str(file), folder=tmp_path, **GOOD, DATABASE_URL=url)
    forced = run("backup", str(file), "--force", folder=tmp_path, **GOOD, DATABASE_URL=url)

    assert refused.returncode == 1
    assert refused.stderr == f"Error: {file} is there already: --force replaces it\n"
    assert forced.returncode == 0


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_memory_is_refused(tmp_path: Path, command: str) -> None:
    refused = run(command, "file", folder=tmp_path, **GOOD, DATABASE_URL="memory:")

    assert refused.returncode == 2
    assert refused.stderr.startswith("Error: memory: has nothing that another process")
    assert not [*tmp_path.iterdir()]


def test_nothing_is_replaced_where_nobody_can_be_asked(
    url: str, file: Path, tmp_path: Path
) -> None:
    take(url, file)

    refused = run("restore", str(file), "--replace", folder=tmp_path, **GOOD, DATABASE_URL=url)

    assert refused.returncode == 1
    assert refused.stderr == "Error: nobody can be asked whether to replace the data: say --yes\n"


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1)])
def test_somebody_at_a_terminal_is_asked_and_told_how_far_it_has_come(
    url: str, file: Path, tmp_path: Path, answer: str, code: int
) -> None:
    fill(url)
    take(url, file)
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())

    done = subprocess.run(
        [*TASKHAVEN, "restore", str(file), "--replace"],
        cwd=tmp_path,
        env=environment({**GOOD, "DATABASE_URL": url}),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=PATIENCE,
        check=False,
    )
    os.close(theirs)
    said = os.read(ours, 65_536).decode()
    os.close(ours)

    assert done.returncode == code
    assert b"Replace all that " in done.stdout
    assert ("checking" in said) == (code == 0)
    assert rows(url, "SELECT count(*) FROM sessions") == [(code,)]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_wrong_password_is_not_repeated(url: str, file: Path, tmp_path: Path) -> None:
    wrong = url.replace("taskhaven:", "taskhaven:wrong-")

    refused = run("backup", str(file), folder=tmp_path, **GOOD, DATABASE_URL=wrong)

    assert refused.returncode == 1
    assert refused.stderr == "Error: PostgreSQL: the database cannot be reached (DATABASE_URL)\n"


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_pooler_is_passed_by(url: str, file: Path, tmp_path: Path) -> None:
    if missing := PgBouncer.missing():
        pytest.skip(missing)
    with PgBouncer(url) as pooler:
        settings = {**GOOD, "DATABASE_URL": pooler.url}
        refused = run("backup", str(file), folder=tmp_path, **settings)
        taken = run("backup", str(file), folder=tmp_path, **settings, DATABASE_DIRECT_URL=url)

    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: pg_dump cannot connect: FATAL:")
    assert "127.0.0.1" not in refused.stderr
    assert taken.returncode == 0, taken.stderr
