"""The command that removes at once what is due."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count

import click

from entrypoints.chores import CHORES, chores_of
from entrypoints.cli.parts import SETTINGS_HELP, opened, read_lasting_settings, run
from entrypoints.cli.progress import Progress, counted


@click.command(epilog=SETTINGS_HELP)
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    type=click.Choice([*CHORES]),
    help=f"Do this alone: {', '.join(CHORES)}. May be given more than once.",
)
def gc(only: Sequence[str]) -> None:
    """Remove what is due now, as serve does by itself each hour.

    That is what has expired, what was in the trash for TRASH_DAYS, and what is older in the journal
    than JOURNAL_DAYS; bit by bit, so that nobody has to wait for it.
    """
    settings = read_lasting_settings()

    async def do() -> None:
        async with opened(settings) as container:
            for name, chore in chores_of(container).items():
                if only and name not in only:
                    continue
                async with _waiting(name):
                    removed = await chore()
                click.echo(f"{name}: {counted(removed, *CHORES[name])}")

    run(do)


@asynccontextmanager
async def _waiting(name: str) -> AsyncIterator[None]:
    """Show how long it takes, for the length of the block."""
    import asyncio  # takes a while, which commands that have no use for it need not wait for

    async def tell() -> None:
        for seconds in count(1):
            await asyncio.sleep(1)
            progress.show(f"{name}: {seconds} s")

    with Progress() as progress:
        telling = asyncio.create_task(tell())
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.wait([telling])
