"""The image's own steps, done in a clean folder (catalogue O08): `make image-check`.

It fetches packages, so it is no part of the suite. IMAGE_PYTHON is the Python to do it with; run by
root, the service runs as nobody, who has to reach that Python.
"""

import os
import pwd
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.command_line import PATIENCE, ask
from tests.image.recipe import copy_context, recipe
from tests.ports import free_port

SECRET = secrets.token_urlsafe(48)
PYTHON = os.environ.get("IMAGE_PYTHON") or os.path.realpath(sys.executable)
LIBRARIES = {n: os.environ[n] for n in ("LD_LIBRARY_PATH",) if n in os.environ}  # that Python's
NOBODY = pwd.getpwnam("nobody") if os.geteuid() == 0 else None


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Open to nobody, which pytest's own are not."""
    if subprocess.run(["test", "-x", PYTHON], check=False, **as_nobody()).returncode:
        pytest.fail(f"nobody cannot reach {PYTHON}: name another Python by IMAGE_PYTHON")
    made = Path(tempfile.mkdtemp(prefix="taskhaven-image-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    subprocess.run(["chmod", "-R", "u+w", made], check=True)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def installed(folder: Path) -> Path:
    """Where the build stage's RUN instructions have put the service, read-only."""
    build, target = folder / "build", folder / "opt"
    build.mkdir()
    copy_context(build)
    run(PYTHON, "-m", "venv", str(folder / "base"), folder=folder)
    path = f"{folder / 'base' / 'bin'}:{os.environ['PATH']}"
    for instruction in recipe():
        if (instruction.stage, instruction.name) == (1, "RUN"):
            command = instruction.text.replace("/opt/taskhaven", shlex.quote(str(target)))
            run("/bin/sh", "-ec", command, folder=build, PATH=path)
    shutil.rmtree(build)
    run("chmod", "-R", "a-w", str(target), folder=folder)
    return target / "bin" / "taskhaven"


def as_nobody() -> dict[str, Any]:
    """What makes a child process nobody's, where we are root."""
    if NOBODY is None:
        return {}
    return {"user": NOBODY.pw_uid, "group": NOBODY.pw_gid, "extra_groups": []}


def run(*command: str, folder: Path, **environ: str) -> str:
    """What the command printed."""
    # A test's interpreter knows the working copy; the image has to do without.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(
        command, cwd=folder, env=kept | environ, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def started(
    command: Path, *arguments: str, folder: Path, **environ: str
) -> "subprocess.Popen[str]":
    """`taskhaven …` as somebody who may write to `folder` alone."""
    if NOBODY:
        os.chown(folder, NOBODY.pw_uid, NOBODY.pw_gid)
    settings = {
        "PATH": f"{command.parent}:/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "ENVIRONMENT": "production",
        "DATABASE_URL": f"sqlite:///{folder / 'taskhaven.db'}",
        "JWT_SECRET": SECRET,
        **LIBRARIES,
        **environ,
    }
    return subprocess.Popen(
        [command, *arguments],
        cwd=folder,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **as_nobody(),
    )


def wait_for(url: str, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        try:
            if httpx2.get(f"{url}/health/ready", verify=False).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise TimeoutError(url)


def test_what_was_installed_serves_from_a_read_only_tree_and_ends_well(
    folder: Path, installed: Path
) -> None:
    data = folder / "data"
    data.mkdir()
    port = str(free_port())
    url = f"http://127.0.0.1:{port}"
    named = started(installed, "token", "--user", "alice", folder=data)
    token, said = named.communicate(timeout=PATIENCE)
    assert named.returncode == 0, said

    server = started(installed, "serve", folder=data, PORT=port, DRAIN_SECONDS="0")
    try:
        wait_for(url, server)
        task = ask(url, token.strip(), "Buy milk")
        assert ask(url, token.strip()) == [task]
    finally:
        server.send_signal(signal.SIGTERM)
        said = server.communicate(timeout=PATIENCE)[1]
    assert (server.returncode, said) == (0, "")
    assert {path.name.partition("-")[0] for path in data.iterdir()} == {"taskhaven.db"}


def test_what_was_installed_needs_no_pip_and_is_no_working_copy(installed: Path) -> None:
    python = installed.with_name("python")
    show = (
        "import entrypoints, importlib.util as u; print(entrypoints.__file__, u.find_spec('pip'))"
    )

    place, pip = run(str(python), "-c", show, folder=installed.parent).split()

    assert place.startswith(str(installed.parents[1]))
    assert pip == "None"
