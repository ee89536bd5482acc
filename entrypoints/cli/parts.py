"""What the commands share."""

import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from application.errors import StorageError
from entrypoints.logs.config import configure
from entrypoints.settings import Settings
from entrypoints.settings.environment import read_environment
from entrypoints.settings.table import BadSetting
from entrypoints.startup import CannotStart, prepare_database, settings_of

if TYPE_CHECKING:
    from entrypoints.container import Container

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


def look_at_settings() -> Settings:
    """The settings of this process as they are: no secret is made. Raises `BadCall`."""
    try:
        return read_environment(os.environ, Path.cwd())
    except BadSetting as error:
        raise BadCall(str(error)) from None


def read_lasting_settings() -> Settings:
    """The settings, with a database that other processes see too. Raises `BadCall`."""
    settings = read_settings()
    if settings.database_url.scheme == "memory":
        raise BadCall("memory: holds nothing that another process could see")
    return settings


def _to_stderr(message: str) -> None:
    click.echo(message, err=True)


def prepare(settings: Settings, say: Callable[[str], None] = _to_stderr) -> str | None:
    """Make the database ready; returns its revision before. Raises `Failed`.

    `say` is told what is waited for.
    """
    try:
        return prepare_database(settings, say)
    except CannotStart as error:
        raise Failed(str(error)) from None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator["Container"]:
    """A container whose storage is open, and has this version's schema. Raises `Failed`."""
    # Takes a while to import, which a mistake in the call need not wait for.
    from entrypoints.container import Container

    configure(settings)
    container = Container(settings=settings)
    storage = container.storage()
    await storage.open()
    try:
        try:
            await storage.check()
        except StorageError:
            raise Failed("the database cannot be used as it is: try taskhaven migrate") from None
        yield container
    finally:
        await storage.close()


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends the block as an exception does, so that nothing half done is left behind."""

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run(do: Callable[[], Coroutine[None, None, None]], *, afterwards: str = "") -> None:
    """Do it, from beginning to end. Raises `Failed` if storage fails meanwhile, and says what is
    so `afterwards`.
    """
    import asyncio  # takes a while, which commands that have no use for it need not wait for

    try:
        asyncio.run(do())
    except StorageError as error:
        raise Failed(f"the database cannot be used now: {error}{afterwards}") from None
