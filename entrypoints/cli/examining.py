"""The command that says what is wrong with a deployment."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from entrypoints.cli.parts import SETTINGS_HELP
from entrypoints.settings.environment import read_environment
from entrypoints.settings.table import BadSetting

if TYPE_CHECKING:
    from entrypoints.doctor import Finding

_COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}
_WIDTH = max(map(len, _COLOURS)) + 2


@click.command(epilog=SETTINGS_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array of the findings.")
def doctor(as_json: bool) -> None:
    """Check everything that could have been set up wrong; change nothing.

    Exits with 1 if there is an error, and with 0 if there are only warnings.
    """
    found = []
    for finding in _examine():
        found.append(finding)
        if not as_json:
            _show(finding)
    if as_json:
        click.echo(json.dumps([*map(_member, found)], indent=2))
    if any(finding.level == "error" for finding in found):
        raise SystemExit(1)


def _examine() -> "Iterator[Finding]":
    # Takes a while to import, which other commands need not wait for.
    from entrypoints.container.inspections import Inspections
    from entrypoints.doctor import error, examine

    try:
        settings = read_environment(os.environ, Path.cwd())
    except BadSetting as bad:
        yield error("settings", str(bad), "See .env.example for what each setting may be.")
        return
    yield from examine(
        settings,
        server=Inspections.server,
        file=Inspections.file(),
        key_set=Inspections.key_set(),
        counters=Inspections.counters(),
    )


def _show(finding: "Finding") -> None:
    mark = click.style(finding.level.ljust(_WIDTH), fg=_COLOURS[finding.level])
    click.echo(f"{mark}{finding.check}: {finding.text}")
    if finding.advice:
        click.echo(f"{'':{_WIDTH}}{finding.advice}")


def _member(finding: "Finding") -> dict[str, str | None]:
    return {
        "check": finding.check,
        "level": finding.level,
        "finding": finding.text,
        "advice": finding.advice,
    }
