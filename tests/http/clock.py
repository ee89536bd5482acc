"""A user of a Taskhaven in process whose clock the test sets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from dependency_injector import providers

from domain.owner import Actor, Owner
from tests.http.api import User, container, in_process

_YEARS = timedelta(days=3650)


class Clock:
    """Stands still until it is set."""

    def __init__(self, at: str) -> None:
        self.at = datetime.fromisoformat(at)

    def __call__(self) -> datetime:
        return self.at


@asynccontextmanager
async def living_by(clock: Clock) -> AsyncIterator[User]:
    """Somebody whose token is good for years, on memory."""
    made = container()
    made.now.override(providers.Object(clock))
    async with in_process(made) as api:
        token = api.signer.sign(Actor(Owner("alice")), expires_at=clock.at + _YEARS)
        yield User(api.client, "alice", token)
