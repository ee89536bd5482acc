"""The systemd units, as far as systemd can tell without running them."""

import os
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from adapters.sql.placing import placed
from entrypoints.serve import _STOP_PATIENCE
from entrypoints.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = ("taskhaven.service", "taskhaven-backup.service", "taskhaven-backup.timer")
SERVICES = UNITS[:2]
KEPT = 14

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze"
)


def said(unit: str, name: str) -> list[str]:
    """What the unit's lines of that name say."""
    return re.findall(rf"^{name}=(.*)$", (DEPLOY / unit).read_text(), re.MULTILINE)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, for a machine on which Taskhaven is not installed."""
    for unit in UNITS:
        text = (DEPLOY / unit).read_text()
        (tmp_path / unit).write_text(text.replace("/opt/taskhaven/bin/taskhaven", "/bin/true"))
    return tmp_path


@needs_systemd
def test_systemd_has_nothing_to_say_of_them(units: Path) -> None:
    command = ["systemd-analyze", "verify", "--man=no", *(str(units / unit) for unit in UNITS)]

    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (checked.returncode, checked.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES)
def test_O08_little_is_open_to_a_service_that_somebody_broke_into(units: Path, unit: str) -> None:
    """Of 100 points 0 is closed; a unit without a word on it has 96."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=15"]

    checked = subprocess.run(
        [*command, str(units / unit)], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("unit", SERVICES)
def test_O08_both_run_as_somebody_who_may_write_to_one_place(unit: str) -> None:
    assert said(unit, "User") == ["taskhaven"]
    assert said(unit, "ProtectSystem") == ["strict"]
    assert said(unit, "CapabilityBoundingSet") == [""]
    assert not said(unit, "ReadWritePaths")


def test_O08_systemd_waits_longer_than_the_service_takes_to_end() -> None:
    (patience,) = said("taskhaven.service", "TimeoutStopSec")
    drain = Settings(environment="production").drain

    assert int(patience) > drain + _STOP_PATIENCE
    assert said("taskhaven.service", "KillSignal") == ["SIGTERM"]
    assert said("taskhaven.service", "KillMode") == ["mixed"]


@needs_systemd  # whose machines have GNU's tools
def test_of_the_backups_the_last_stay_and_nothing_else_goes(tmp_path: Path) -> None:
    made = [f"taskhaven-202611{day:02}T033000Z.backup" for day in range(1, 29)]
    others = ["notes.txt", "taskhaven.backup", "taskhaven-20251101T033000Z.backup.part"]
    for name in (*made, *others):
        (tmp_path / name).touch()
    for _ in "12":
        for command in said("taskhaven-backup.service", "ExecStartPost"):
            subprocess.run(shlex.split(command), cwd=tmp_path, check=True)

    assert {path.name for path in tmp_path.iterdir()} == {*made[-KEPT:], *others}


@needs_systemd
def test_what_killed_backups_have_left_goes_after_a_day(tmp_path: Path) -> None:
    with placed(tmp_path / "taskhaven-20261101T033000Z.backup", replace=False) as part:
        name = part.name
    left, fresh = tmp_path / name, tmp_path / name.replace("1101", "1102")
    for path, hours in ((left, 25), (fresh, 23)):
        path.touch()
        os.utime(path, (0, time.time() - hours * 3_600))

    for command in said("taskhaven-backup.service", "ExecStartPost"):
        subprocess.run(shlex.split(command), cwd=tmp_path, check=True)

    assert not left.exists()
    assert fresh.exists()


@needs_systemd
def test_a_backup_has_the_time_for_a_name(tmp_path: Path) -> None:
    (command,) = said("taskhaven-backup.service", "ExecStart")
    as_systemd_reads_it = command.replace("%%", "%").replace("$$", "$")
    shown = as_systemd_reads_it.replace("exec /opt/taskhaven/bin/taskhaven", "echo")

    printed = subprocess.run(
        shlex.split(shown), cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout

    assert re.fullmatch(r"backup taskhaven-20\d{6}T\d{6}Z\.backup\n", printed)
