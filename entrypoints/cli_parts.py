"""What the commands share."""

import os
from pathlib import Path

import click

from entrypoints.settings import BadSetting, Settings
from entrypoints.startup import CannotStart, prepare_database, settings_of

SETTINGS_HELP = (
    "Settings come from the environment, and outside production from ./.env; "
    ".env.example names them all."
)


class BadCall(click.ClickException):
    """The call or a setting is not as it must be."""

    exit_code = 2


class Failed(click.ClickException):
    """What was asked could not be done."""

    exit_code = 1


def read_settings() -> Settings:
    """The settings of this process. Raises `BadCall`."""
    try:
        return settings_of(os.environ, Path.cwd())
    except BadSetting as error:
        raise BadCall(str(error)) from None


def prepare(settings: Settings) -> str | None:
    """Make the database ready; returns its revision before. Raises `Failed`."""
    try:
        return prepare_database(settings, lambda message: click.echo(message, err=True))
    except CannotStart as error:
        raise Failed(str(error)) from None
