"""Programs that ask for so many seconds, and say at last what they counted."""

import subprocess
from collections.abc import Mapping, Sequence

_PATIENCE = 30  # seconds that one may take longer than it was told to


class Failed(Exception):
    """A run in which not every request was answered as it had to be."""


def run(
    command: Sequence[str], seconds: int, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The program, ended. Ctrl-C is for us to deal with. Raises `Failed` where it does not end."""
    try:
        return subprocess.run(  # noqa: S603 - what is written here
            command,
            env=env,
            capture_output=True,
            text=True,
            timeout=seconds + _PATIENCE,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"{command[0]} did not end") from None
