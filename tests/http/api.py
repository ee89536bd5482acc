"""Taskhaven as its clients meet it: in process or over a socket, the same to a test."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx2
from httpx2 import AsyncClient, Response
from litestar.types import ASGIApp

from application.identity import TokenSigner
from domain.owner import Actor, Owner
from entrypoints.container import Container
from entrypoints.settings import Settings
from entrypoints.worker import assemble
from tests.canaries import CANARIES, request_log

Json = dict[str, Any]

SECRET = secrets.token_urlsafe(48)
CANARIES.hide(SECRET)
FORMS = ("/api/v1/{user_id}", "/api/{user_id}", "/api/v1", "/api")


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with a token, who knows the API in one of its four path forms."""

    client: AsyncClient
    subject: str
    token: str = field(repr=False)
    form: str = FORMS[0]

    @property
    def base(self) -> str:
        """What stands before `/tasks`."""
        return self.form.format(user_id=quote(self.subject, safe=""))

    def at(self, form: str) -> "User":
        """The same user, at another form of the paths."""
        return replace(self, form=form)

    async def send(
        self,
        method: str,
        path: str = "/tasks",
        *,
        json: object = None,
        content: bytes | AsyncIterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """A request below the user's base, with the user's token unless `headers` has another."""
        said = {"authorization": f"Bearer {self.token}", **(headers or {})}
        if content is not None:
            said.setdefault("content-type", "application/json")
        return await self.client.request(
            method,
            self.base + path,
            json=json,
            content=content,
            headers={name.encode(): value.encode() for name, value in said.items()},
        )

    async def create(self, title: str = "Buy milk", **members: object) -> Json:
        """A new task, as the service answers it."""
        answer = await self.send("POST", json={"title": title, **members})
        assert answer.status_code == 201, answer.text
        task: Json = answer.json()
        return task

    async def read(self, task: Json) -> Json:
        """The task as it is now."""
        answer = await self.send("GET", path_of(task))
        assert answer.status_code == 200, answer.text
        now: Json = answer.json()
        return now


@dataclass(frozen=True, slots=True)
class Api:
    """A running Taskhaven and its users."""

    client: AsyncClient
    signer: TokenSigner

    def user(self, subject: str | None = None, *, form: str = FORMS[0]) -> User:
        """A user with a token that is good for an hour; one whom no other test knows."""
        subject = subject or f"user-{uuid4()}"
        return User(self.client, subject, self.token(subject, timedelta(hours=1)), form)

    def token(self, subject: str, valid_for: timedelta) -> str:
        """A token that is, or was, good until then."""
        return self.signer.sign(Actor(Owner(subject)), expires_at=datetime.now(UTC) + valid_for)


def path_of(task: Json | str) -> str:
    """Where a task, or one with this id, is, below a user's base."""
    return f"/tasks/{task if isinstance(task, str) else task['id']}"


def signer_of(made: Container) -> TokenSigner:
    """What signs in the identity provider's place."""
    signer = made.tokens().shared_signer
    assert signer is not None
    return signer


def container(**settings: str) -> Container:
    """A container, of memory unless DATABASE_URL says otherwise, with the tests' secret."""
    environ = {"DATABASE_URL": "memory:", "JWT_SECRET": SECRET, "RATE_LIMIT": "off", **settings}
    return Container(settings=Settings.from_mapping(environ), request_log=request_log)


@asynccontextmanager
async def in_process(made: Container, app: ASGIApp | None = None) -> AsyncIterator[Api]:
    """What this container makes, or `app` if it was made of it, alive for the block's length."""
    app = app or assemble(made)
    transport = httpx2.ASGITransport(app)  # type: ignore[arg-type]
    async with (
        alive(app),
        AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        yield Api(client, signer_of(made))


@contextmanager
def calling_from(app: ASGIApp, peer: str) -> Iterator[AsyncClient]:
    """A client of what is alive in process, at that address."""
    transport = httpx2.ASGITransport(app, client=(peer, 1))  # type: ignore[arg-type]
    yield AsyncClient(transport=transport, base_url="http://taskhaven.test")


@asynccontextmanager
async def over_socket(url: str) -> AsyncIterator[Api]:
    """The server at `url`, which verifies with the tests' secret."""
    # There is no TLS to prepare for. The server ends a connection that is idle for 5 s.
    limits = httpx2.Limits(keepalive_expiry=2)
    transport = httpx2.AsyncHTTPTransport(verify=False, limits=limits)
    async with AsyncClient(transport=transport, base_url=url, timeout=20) as client:
        yield Api(client, _signer())


@cache
def _signer() -> TokenSigner:
    """For every server that verifies with the tests' secret."""
    return signer_of(container())


@asynccontextmanager
async def alive(app: ASGIApp) -> AsyncIterator[None]:
    """Starts the application up and shuts it down, as a server does."""
    said: asyncio.Queue[Any] = asyncio.Queue()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    scope: Any = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    running = asyncio.ensure_future(app(scope, said.get, heard.put))
    await said.put({"type": "lifespan.startup"})
    assert (await heard.get())["type"] == "lifespan.startup.complete"
    try:
        yield
    finally:
        await said.put({"type": "lifespan.shutdown"})
        assert (await heard.get())["type"] == "lifespan.shutdown.complete"
        await running
