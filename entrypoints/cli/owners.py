"""Whose tasks a command is about."""

from typing import TYPE_CHECKING

import click

from domain.account import Account
from domain.credentials import Email
from domain.errors import InvalidOwner, NoAccount
from domain.owner import OWN, Owner
from entrypoints.cli.parts import BadCall, Failed

if TYPE_CHECKING:
    from entrypoints.container import Container

USER = click.option(
    "--user",
    metavar="ID",
    help="Whose tasks: the user's id at the identity provider, <issuer's name>/ID at a further "
    "one, own/ID for an account of this service.",
)
EMAIL = click.option("--email", help="Whose tasks, by the address of an account of this service.")


def named(user: str | None, email: str | None) -> Owner | Email:
    """Whom the options name. Raises `BadCall`."""
    if (user is None) == (email is None):
        raise BadCall("give either --user or --email")
    if user is not None:
        return _owner(user)
    try:
        return Email.read(email)
    except ValueError as bad:
        raise BadCall(f"--email {bad}") from None


async def owner_of(container: "Container", whose: Owner | Email, *, known: bool = False) -> Owner:
    """The owner, who must be one that can have tasks if `known`. Raises `BadCall` and `Failed`."""
    if isinstance(whose, Email):
        return (await _account(container, whose)).owner
    if known and whose.realm == OWN:
        return (await _account(container, whose)).owner
    further = {issuer.name for issuer in container.settings().issuers[1:]}
    if known and whose.realm not in {"", *further}:
        raise BadCall(
            f"--user names {whose.realm}, which is none of the further issuers; "
            "users of the first have no name before their id"
        )
    return whose


def _owner(key: str) -> Owner:
    try:
        owner = Owner.from_key(key)
        if owner.key != key:
            raise InvalidOwner
    except InvalidOwner:
        raise BadCall(
            "--user must be ID, <issuer's name>/ID or own/ID, with an ID of 1 to 255 of the "
            "characters A-Z a-z 0-9 . _ | @ : - that is neither . nor .."
        ) from None
    return owner


async def _account(container: "Container", whose: Owner | Email) -> Account:
    try:
        return await container.find_account()(whose)
    except NoAccount:
        raise Failed("there is no such account") from None
