"""The command that changes the database's schema."""

import click

from entrypoints.cli.parts import SETTINGS_HELP, prepare, read_settings


@click.command(epilog=SETTINGS_HELP)
def migrate() -> None:
    """Bring the database's schema up to date, and do nothing where it is."""
    from migrations import HEAD

    settings = read_settings()
    before = prepare(settings)
    if settings.database_url.scheme == "memory":
        click.echo("memory: has no schema")
    elif before == HEAD:
        click.echo(f"The schema is up to date, at {HEAD}")
    else:
        click.echo(f"The schema went from {before or 'nothing'} to {HEAD}")
