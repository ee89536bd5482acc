"""The command that takes one owner's tasks out."""

from pathlib import Path

import click

from entrypoints.cli.files import STANDARD, target
from entrypoints.cli.owners import EMAIL, USER, named, owner_of
from entrypoints.cli.parts import (
    SETTINGS_HELP,
    ended_by_sigterm,
    opened,
    read_lasting_settings,
    run,
)
from entrypoints.cli.progress import Progress, tasks


@click.command(epilog=SETTINGS_HELP)
@USER
@EMAIL
@click.option(
    "--format",
    "named_format",
    type=click.Choice(["json", "csv"]),
    help="How to write them.  [as the file's name ends; json]",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=STANDARD,
    help="File to write, for its owner's eyes only.  [standard output]",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def export(
    user: str | None, email: str | None, named_format: str | None, output: Path, force: bool
) -> None:
    """Write one user's tasks, oldest first, but for those in the trash."""
    from entrypoints.cli.formats import format_of

    whose, settings = named(user, email), read_lasting_settings()
    writer = format_of(named_format, output).writer()

    async def do() -> None:
        async with opened(settings) as container:
            owner = await owner_of(container, whose)
            count, whole = 0, False
            try:
                with target(output, force=force) as file, Progress() as progress:
                    file.write(writer.head())
                    async for batch in container.export_tasks()(owner):
                        count += len(batch)  # what is cut short may be out already
                        file.write(writer.body(batch))
                        progress.show(tasks(count))
                    file.write(writer.tail())
                whole = True
            finally:
                if whole or count:
                    container.audit().record("tasks.exported", who=owner.key, count=str(count))
            click.echo(f"{tasks(count)} exported", err=True)

    with ended_by_sigterm():
        run(do)
