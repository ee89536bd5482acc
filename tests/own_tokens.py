"""What signs and verifies the tokens of our own accounts, as settings have it."""

from datetime import datetime, timedelta
from uuid import UUID

from application.errors import InvalidToken
from domain.owner import OWN, Actor, Owner
from entrypoints.container.tokens import Tokens
from entrypoints.settings import Settings
from entrypoints.settings.issuers import OWN_ISSUER
from tests.tokens import NOW, SECONDS

BEFORE = "nQ7-wX2_eR5tY8uI1oP4aZ6sD9fG3hJ0"
ALICE = Actor(
    Owner("0198f6d3-0000-7000-8000-000000000001", OWN), UUID("0198f6d3-0000-7000-8000-000000000002")
)
MINUTES = timedelta(minutes=15)
CLAIMS = {
    "iss": OWN_ISSUER,
    "sub": ALICE.owner.subject,
    "sid": str(ALICE.session),
    "iat": SECONDS,
    "exp": SECONDS + 900,
}


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def tokens(**environ: str) -> Tokens:
    """What these settings make, at `NOW`."""
    return Tokens(Settings.from_mapping(environ), Clock())


def sign(made: Tokens) -> str:
    """A token of Alice's account and session."""
    return made.own_signer.sign(ALICE, expires_at=NOW + MINUTES)


async def accepts(made: Tokens, token: str) -> bool:
    """Whether the token is accepted; it is an error if it is refused in another way."""
    try:
        await made.verifier.verify(token)
    except InvalidToken:
        return False
    return True
