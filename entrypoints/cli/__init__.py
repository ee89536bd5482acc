"""The command line.

Exit codes: 0 well, 1 it could not be done (no database, no port, no such user, no whole backup),
2 bad call or setting.
"""

from importlib.metadata import version

import click

from entrypoints.cli.asking import health
from entrypoints.cli.backups import backup, restore
from entrypoints.cli.collecting import gc
from entrypoints.cli.examining import doctor
from entrypoints.cli.exporting import export
from entrypoints.cli.importing import import_
from entrypoints.cli.migrating import migrate
from entrypoints.cli.parts import SETTINGS_HELP
from entrypoints.cli.serving import serve
from entrypoints.cli.tokens import token
from entrypoints.cli.users import user


@click.group(epilog=SETTINGS_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("taskhaven"), prog_name="taskhaven")
def main() -> None:
    """Taskhaven: a task backend for many users, each with tasks of their own."""


_COMMANDS = (serve, migrate, doctor, health, token, user, export, import_, backup, restore, gc)

for _command in _COMMANDS:
    main.add_command(_command)
