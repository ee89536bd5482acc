"""The command that takes tasks in for one owner."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.errors import FieldError, TooManyTasks
from entrypoints.cli.files import STANDARD, BadFile, source
from entrypoints.cli.owners import EMAIL, USER, named, owner_of
from entrypoints.cli.parts import (
    SETTINGS_HELP,
    BadCall,
    Failed,
    opened,
    read_lasting_settings,
    run,
)
from entrypoints.cli.progress import Progress, counted, tasks

if TYPE_CHECKING:
    from application.transfer import Imported, RecordsRefused

_LONGEST_NAME = 50  # of a member that somebody else named


@click.command("import", epilog=SETTINGS_HELP)
@USER
@EMAIL
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "named_format",
    type=click.Choice(["json", "csv"]),
    help="How they are written.  [as the file's name ends; json]",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def import_(
    user: str | None, email: str | None, file: Path, named_format: str | None, dry_run: bool
) -> None:
    """Make tasks of FILE's records for one user; FILE - is standard input.

    All of FILE is checked before anything is stored. A task that the user has, or has in the trash,
    stays as it is: importing again what has ids and created_at makes nothing twice.
    """
    from application.transfer import Imported, RecordsRefused
    from entrypoints.cli.formats import format_of

    whose, settings = named(user, email), read_lasting_settings()
    form = format_of(named_format, file)

    async def do() -> None:
        done = Imported()
        with source(file) as records, Progress() as progress:

            def stored(so_far: Imported) -> None:
                nonlocal done
                done = so_far
                progress.show(f"{tasks(done.total)} stored")

            async with opened(settings) as container:
                owner = await owner_of(container, whose, known=True)
                try:
                    imported = await container.import_tasks()(
                        owner,
                        lambda: form.read(records),
                        dry_run=dry_run,
                        checked=lambda count: progress.show(f"{tasks(count)} checked"),
                        stored=stored,
                    )
                finally:
                    if done.new:
                        new = str(done.new)
                        container.audit().record("tasks.imported", who=owner.key, count=new)
        click.echo(_summary(imported, dry_run=dry_run), err=True)

    name = "standard input" if file == STANDARD else str(file)
    try:
        run(do, afterwards="; what was stored stays, and to import again goes on from there")
    except BadFile as bad:
        raise BadCall(f"{name} {bad}") from None
    except RecordsRefused as refused:
        raise _refusal(refused, name, form.place) from None
    except TooManyTasks:
        raise Failed("the user would have more tasks than MAX_TASKS_PER_OWNER allows") from None


def _summary(imported: "Imported", *, dry_run: bool) -> str:
    parts = [f"{tasks(imported.new)} {'to import' if dry_run else 'imported'}"]
    if imported.present:
        parts.append(f"{imported.present:,} skipped that the user has already")
    if imported.trashed:
        parts.append(f"{imported.trashed:,} skipped that the user has in the trash")
    return ", ".join(parts)


def _refusal(refused: "RecordsRefused", name: str, place: str) -> BadCall:
    for number, error in refused.errors:
        click.echo(f"{place} {number}: {_told(error)}", err=True)
    if more := refused.count - len(refused.errors):
        click.echo(f"and {more:,} more", err=True)
    mistakes = counted(refused.count, "mistake", "mistakes")
    return BadCall(f"{name} has {mistakes}, so nothing was changed")


def _told(error: FieldError) -> str:
    """What is wrong in one line that does nothing to a terminal."""
    names = [_safe(str(part)) for part in error.path]
    return " ".join([".".join(names), error.detail]).strip()


def _safe(name: str) -> str:
    shown = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    return shown if shown.isprintable() else ascii(shown)
