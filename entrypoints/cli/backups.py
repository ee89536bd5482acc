"""The commands that take a backup, and bring one back."""

import sys
from pathlib import Path

import click

from application.backups import BackupError, Content, Restored, Tell
from entrypoints.cli.parts import SETTINGS_HELP, BadCall, Failed, ended_by_sigterm, read_settings
from entrypoints.settings import Settings

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(epilog=SETTINGS_HELP)
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
def backup(file: Path, force: bool) -> None:
    """Write all there is to FILE, while the service runs, and read it back.

    Of SQLite it is a plain SQLite file, of PostgreSQL one of pg_dump's custom format.
    """
    from entrypoints.container import Container

    settings = _settings()
    try:
        with ended_by_sigterm():
            content = Container(settings=settings).backups().take(file, _tell(), replace=force)
    except BackupError as error:
        raise Failed(str(error)) from None
    finally:
        _clear()
    click.echo(f"{file} holds {settings.database_url}")
    _show(content)
    click.echo(f"  {'bytes':<16} {file.stat().st_size:>12,}")
    click.echo(f"Checksum {content.checksum}")


@click.command(epilog=SETTINGS_HELP)
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="In place of what the database holds.")
@click.option("--yes", is_flag=True, help="Do not ask whether to replace.")
@click.option("--checksum", help="What the backup said; FILE has to have it.")
@click.option("--keep-sessions", is_flag=True, help="Do not log everybody out.")
@click.option("--force", is_flag=True, help="On PostgreSQL, though the service is connected.")
def restore(
    file: Path, replace: bool, yes: bool, checksum: str | None, keep_sessions: bool, force: bool
) -> None:
    """Make the database hold what FILE does. Stop the service first.

    All of it is done, or nothing. Sync clients start over, and people log in again.
    """
    from entrypoints.container import Container
    from migrations import HEAD

    settings = _settings()
    container = Container(settings=settings)
    try:
        with ended_by_sigterm():
            content = container.check_backup()(file, checksum)
        if replace and not yes and container.backups().holds_tables():
            _ask(settings)
        with ended_by_sigterm():
            restored = container.restore_backup()(
                file, content, _tell(), replace=replace, force=force, keep_sessions=keep_sessions
            )
    except BackupError as error:
        raise Failed(str(error)) from None
    finally:
        _clear()
    click.echo(f"{settings.database_url} holds what {file} does")
    _show(content)
    click.echo(f"Checksum {content.checksum}, the same in both")
    if not content.sealed:
        click.echo(
            "The file has no seal of taskhaven backup: damage to single values would not have shown"
        )
    _show_restored(restored)
    if content.revision != HEAD:
        click.echo(f"taskhaven serve or migrate takes the schema to {HEAD}")


def _settings() -> Settings:
    settings = read_settings()
    if settings.database_url.scheme == "memory":
        raise BadCall("memory: has nothing that another process could read or write")
    return settings


def _ask(settings: Settings) -> None:
    if not sys.stdin.isatty():
        raise Failed("nobody can be asked whether to replace the data: say --yes")
    if not click.confirm(f"Replace all that {settings.database_url} holds?"):
        raise Failed("nothing was changed")


def _tell() -> Tell:
    """Says how far it has come where somebody is looking."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda text: click.echo(f"\r\x1b[K{text}", nl=False, err=True)


def _clear() -> None:
    """Take away what `_tell` said last."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)


def _show(content: Content) -> None:
    click.echo(f"  {'schema':<16} {content.revision:>12}")
    for name, total in sorted(content.tables.items()):
        click.echo(f"  {name:<16} {total.rows:>12,} rows")


def _show_restored(restored: Restored) -> None:
    click.echo(f"{restored.sessions_ended} sessions were ended; sync clients will start over")
    if restored.aside is not None:
        click.echo(f"What was there before is {restored.aside}")
    if restored.left:
        click.echo(f"Left as they were: {', '.join(restored.left)}")
