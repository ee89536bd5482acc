"""The commands about accounts."""

import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

from domain.account import Account
from domain.credentials import Email
from domain.errors import EmailTaken, InvalidFields, NoAccount
from domain.instant import format_instant
from entrypoints.cli.parts import SETTINGS_HELP, BadCall, Failed, opened, read_settings, run

if TYPE_CHECKING:
    from entrypoints.container import Container


@click.group(epilog=SETTINGS_HELP)
def user() -> None:
    """Make, list, disable and enable accounts of this service."""


@user.command()
@click.argument("email")
@click.option("--name", help="How to call them.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password's one line from standard input."
)
def add(email: str, name: str | None, password_stdin: bool) -> None:
    """Make an account, even where nobody may register (ACCOUNTS=closed)."""
    given = {"email": email, "password": _password(from_stdin=password_stdin), "name": name}

    async def do() -> None:
        async with _container() as container:
            click.echo(_line(await container.add_account()(given)))

    _run(do)


@user.command("list")
def list_() -> None:
    """Show every account, oldest first: id, since when, e-mail address, state."""

    async def do() -> None:
        async with _container() as container:
            async for account in container.list_accounts()():
                click.echo(_line(account))

    _run(do)


@user.command()
@click.argument("email")
def disable(email: str) -> None:
    """Let nobody log in with an account, and end its sessions within a second."""

    async def do() -> None:
        async with _container() as container:
            click.echo(_line(await container.disable_account()(_email(email))))

    _run(do)


@user.command()
@click.argument("email")
def enable(email: str) -> None:
    """Let the owner of an account log in again."""

    async def do() -> None:
        async with _container() as container:
            click.echo(_line(await container.enable_account()(_email(email))))

    _run(do)


@asynccontextmanager
async def _container() -> AsyncIterator["Container"]:
    settings = read_settings()
    if settings.database_url.scheme == "memory":
        raise BadCall("memory: has no accounts that another process could see")
    if not settings.has_accounts:
        raise BadCall("there are no accounts: ACCOUNTS is off, as it is with key sets unless set")
    async with opened(settings) as container:
        yield container


def _run(do: Callable[[], Coroutine[None, None, None]]) -> None:
    try:
        run(do)
    except InvalidFields as bad:
        raise BadCall(str(bad)) from None
    except EmailTaken:
        raise Failed("there is an account with this e-mail address") from None
    except NoAccount:
        raise Failed("there is no account with this e-mail address") from None


def _email(text: str) -> Email:
    try:
        return Email.read(text)
    except ValueError as bad:
        raise BadCall(f"EMAIL {bad}") from None


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _line(account: Account) -> str:
    state = "disabled" if account.disabled else "enabled"
    return f"{account.id}  {format_instant(account.created_at)}  {account.email.text}  {state}"
