"""The command that makes a token to try the API with."""

from datetime import timedelta

import click

from domain.errors import InvalidOwner
from domain.owner import Actor, Owner
from entrypoints.cli.parts import SETTINGS_HELP, BadCall, read_settings


@click.command(epilog=SETTINGS_HELP)
@click.option("--user", required=True, help="Whose token: the user's id at the identity provider.")
@click.option(
    "--minutes",
    type=click.IntRange(1, 60 * 24 * 365),
    default=24 * 60,
    show_default=True,
    help="How long it is valid.",
)
def token(user: str, minutes: int) -> None:
    """Print a bearer token to try the API with.

    It is signed with the secret that this service verifies with, so keep it to yourself.
    """
    from entrypoints.container import Container

    container = Container(settings=read_settings())
    try:
        owner = Owner(user)
    except InvalidOwner:
        raise BadCall(
            "--user must be 1 to 255 of the characters A-Z a-z 0-9 . _ | @ : -, "
            "and neither . nor .."
        ) from None
    expires_at = container.now()() + timedelta(minutes=minutes)
    signer = container.tokens().shared_signer
    if signer is None:
        raise BadCall("tokens come from the issuers whose key sets are configured")
    click.echo(signer.sign(Actor(owner), expires_at=expires_at))
