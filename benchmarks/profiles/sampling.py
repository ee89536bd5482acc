"""py-spy, which looks at a worker from outside, some hundreds of times a second."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.compare.places import ROOT
from benchmarks.compare.programs import Failed, run

RATE = 500  # samples a second

_PY_SPY = ROOT / ".venv-bench" / "bin" / "py-spy"
_PATIENCE = 30  # seconds that it may take longer than it was told to
_THREAD = re.compile(r'^Thread (\d+) \([^)]*\): "([^"]+)"', re.MULTILINE)


def missing() -> str | None:
    """Why nothing can be looked at, or None when it can."""
    if not _PY_SPY.exists():
        return "py-spy is missing: make bench-profiles installs it"
    try:
        thread_names(os.getpid())
    except Failed as failed:
        return (
            f"{failed}\npy-spy may not look at a process it did not start. It takes root, the "
            "capability SYS_PTRACE, or 0 in /proc/sys/kernel/yama/ptrace_scope."
        )
    return None


def thread_names(pid: int) -> Mapping[int, str]:
    """The names that Python knows threads by; threads of others have none. Raises `Failed`."""
    ended = run([str(_PY_SPY), "dump", "--nonblocking", "--pid", str(pid)], _PATIENCE)
    if ended.returncode != 0:
        raise Failed(f"py-spy ended with {ended.returncode}: {ended.stderr.strip()}")
    return {int(thread): name for thread, name in _THREAD.findall(ended.stdout)}


@contextmanager
def sampled(pid: int, seconds: int, file: Path) -> Iterator[None]:
    """What holds Python's lock meanwhile goes into the file, as raw samples. Raises `Failed`.

    The block should take as long; the process is not stopped for a look.
    """
    file.unlink(missing_ok=True)
    command = [str(_PY_SPY), "record", "--nonblocking", "--gil", "--threads", "--full-filenames"]
    command += ["--rate", str(RATE), "--duration", str(seconds), "--format", "raw"]
    process = subprocess.Popen(  # noqa: S603 - what is written here
        [*command, "--output", str(file), "--pid", str(pid)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield
        said, _ = process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        raise Failed("py-spy did not end") from None
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0 or not file.exists():
        raise Failed(f"py-spy ended with {process.returncode}: {said.strip()}")
