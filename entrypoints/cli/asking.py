"""The command that asks a running service for its health."""

import os
from pathlib import Path
from time import monotonic, sleep

import click

from entrypoints.cli.parts import SETTINGS_HELP, BadCall, Failed
from entrypoints.settings.environment import read_address
from entrypoints.settings.table import BadSetting

_PATIENCE = 5.0  # seconds for an answer
_NEXT_TRY = 0.2  # seconds
_LONGEST = 4096  # bytes of an answer that are shown
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked for, not listened on


@click.command(epilog=SETTINGS_HELP)
@click.option(
    "--wait", type=click.IntRange(0, 3600), default=0, help="Seconds to ask until it is ready."
)
def health(wait: int) -> None:
    """Ask the service on HOST and PORT whether it is ready; exit 1 if it is not."""
    try:
        host, port = read_address(os.environ, Path.cwd())
    except BadSetting as error:
        raise BadCall(str(error)) from None
    deadline = monotonic() + wait
    while True:
        ready, said = _ask(_EVERYWHERE.get(host, host), port)
        if ready or monotonic() >= deadline:
            break
        sleep(_NEXT_TRY)
    if said is None:
        raise Failed(f"nothing answers on port {port} of {host}")
    click.echo(said)
    if not ready:
        raise SystemExit(1)


def _ask(host: str, port: int) -> tuple[bool, str | None]:
    """Whether it is ready, and what it says, if anything."""
    from http.client import HTTPConnection, HTTPException  # which other commands do not need

    connection = HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/health/ready", headers={"User-Agent": "taskhaven-health"})
        answer = connection.getresponse()
        said = answer.read(_LONGEST).decode(errors="replace").strip()
        return answer.status == 200, said or f"{answer.status} {answer.reason}"
    except (OSError, HTTPException):
        return False, None
    finally:
        connection.close()
