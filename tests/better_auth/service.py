"""A Taskhaven that knows of Better Auth what its settings say, and nothing else."""

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from entrypoints.container import Container
from entrypoints.settings import Settings
from entrypoints.worker import assemble
from tests.better_auth.server import BetterAuth
from tests.http.api import User, alive


def settings_for(better_auth: BetterAuth) -> dict[str, str]:
    """All that somebody sets who has a Better Auth."""
    return {
        "JWT_ISSUER": better_auth.issuer,
        "JWT_AUDIENCE": better_auth.audience,
        "JWT_JWKS_URL": better_auth.jwks_url,
    }


def subject(token: str) -> str:
    """The user's id, as Better Auth says it."""
    payload = token.split(".")[1]
    return str(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])


class Service:
    """A Taskhaven, and what it answers to a token."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    def user(self, token: str, form: str = "/api/v1/{user_id}") -> User:
        """The user whose token this is."""
        return User(self.client, subject(token), token, form)

    async def status(self, token: str) -> int:
        """The status of the answer to who asks for their tasks with this token."""
        return (await self.user(token).send("GET")).status_code


@asynccontextmanager
async def taskhaven(**environ: str) -> AsyncIterator[Service]:
    """One in process, of these settings and memory."""
    app = assemble(
        Container(settings=Settings.from_mapping({"DATABASE_URL": "memory:", **environ}))
    )
    transport = httpx2.ASGITransport(app)  # type: ignore[arg-type]
    async with (
        alive(app),
        httpx2.AsyncClient(transport=transport, base_url="http://taskhaven.test") as client,
    ):
        yield Service(client)


@asynccontextmanager
async def over_socket(url: str) -> AsyncIterator[Service]:
    """The one at `url`."""
    transport = httpx2.AsyncHTTPTransport(verify=False, limits=httpx2.Limits(keepalive_expiry=2))
    async with httpx2.AsyncClient(transport=transport, base_url=url, timeout=20) as client:
        yield Service(client)
