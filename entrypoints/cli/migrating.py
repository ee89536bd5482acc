"""The command that changes the database's schema, or says what it would change."""

from typing import TYPE_CHECKING

import click

from entrypoints.cli.parts import (
    SETTINGS_HELP,
    BadCall,
    Failed,
    look_at_settings,
    prepare,
    read_settings,
)
from entrypoints.settings import Settings
from entrypoints.startup import schema_ahead, why_unusable

if TYPE_CHECKING:
    from migrations.standing import Standing

_NO_SCHEMA = "memory: has no schema"


@click.command(epilog=SETTINGS_HELP)
@click.option("--plan", is_flag=True, help="Show the revisions that would run; change nothing.")
@click.option("--sql", is_flag=True, help="With --plan: show their SQL instead.")
@click.option(
    "--status", is_flag=True, help="Show where the schema is; exit 1 unless it is up to date."
)
def migrate(plan: bool, sql: bool, status: bool) -> None:
    """Bring the database's schema up to date, and do nothing where it is."""
    if (plan and status) or (sql and not plan):
        raise BadCall("--plan and --status exclude each other, and --sql belongs to --plan")
    if plan:
        _plan(look_at_settings(), sql=sql)
    elif status:
        _status(look_at_settings())
    else:
        _migrate(read_settings())


def _migrate(settings: Settings) -> None:
    from migrations import HEAD

    before = prepare(settings)
    if settings.database_url.scheme == "memory":
        click.echo(_NO_SCHEMA)
    elif before == HEAD:
        click.echo(f"The schema is up to date, at {HEAD}")
    else:
        click.echo(f"The schema went from {before or 'nothing'} to {HEAD}")


def _plan(settings: Settings, *, sql: bool) -> None:
    from migrations import standing as schema

    standing = _standing(settings)
    if standing is None:
        click.echo(_NO_SCHEMA)
    elif standing.ahead:
        raise Failed(schema_ahead(standing.current))
    elif sql and standing.pending:
        click.echo(schema.sql(standing, settings.migration_url.scheme).strip())
    elif not sql:
        for step in standing.pending:
            click.echo(f"{step.revision}  {step.summary}")


def _status(settings: Settings) -> None:
    from migrations import HEAD

    standing = _standing(settings)
    if standing is None:
        click.echo(_NO_SCHEMA)
        return
    click.echo(f"{settings.migration_url} is at {standing.current or 'nothing'}")
    click.echo(f"This version needs {HEAD}")
    if standing.ahead:
        raise Failed(schema_ahead(standing.current))
    if not standing.up_to_date:
        raise Failed(f"{len(standing.pending)} to run: taskhaven migrate")


def _standing(settings: Settings) -> "Standing | None":
    """Where the schema is; none of memory, which has no schema. Raises `Failed`."""
    if settings.database_url.scheme == "memory":
        return None
    # Takes a while to import, which a mistake in the call need not wait for.
    from sqlalchemy.exc import DatabaseError

    from migrations.standing import look

    try:
        return look(settings.migration_url.target)
    except (DatabaseError, OSError) as error:
        raise Failed(why_unusable(error)) from None
