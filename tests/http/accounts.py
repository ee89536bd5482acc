"""People with accounts of this service, as tests meet them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from uuid import uuid4

from dependency_injector import providers
from httpx2 import AsyncClient, Response

from domain.credentials import Email
from entrypoints.container import Container
from tests.canaries import CANARIES
from tests.http.api import Api, Json, User, container, in_process
from tests.http.clock import Clock

AUTH = "/api/v1/auth"
PASSWORD = "seven ducks on a lake"
WRONG = "eight ducks on a lake"
CANARIES.hide(PASSWORD, WRONG)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with an account, in one of its sessions."""

    client: AsyncClient
    email: str
    grant: Json = field(repr=False)

    @property
    def id(self) -> str:
        """The account's."""
        id: str = self.grant["user"]["id"]
        return id

    @property
    def token(self) -> str:
        """The access token."""
        token: str = self.grant["access_token"]
        return token

    @property
    def refresh_token(self) -> str:
        token: str = self.grant["refresh_token"]
        return token

    @property
    def user(self) -> User:
        """The same person, at their tasks."""
        return User(self.client, self.id, self.token)

    def at(self, client: AsyncClient) -> "Member":
        """The same session, at another instance."""
        return replace(self, client=client)

    async def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """A request below `/auth` with the access token."""
        return await call(self.client, method, path, body, token=self.token, headers=headers)

    async def gets_in(self) -> bool:
        """Whether the access token is taken; it is an error if it is refused in another way."""
        answer = await self.user.send("GET")
        assert answer.status_code in {200, 401}, answer.text
        return answer.status_code == 200

    async def goes_on(self) -> bool:
        """Whether the refresh token is taken, which it can be once."""
        answer = await refresh(self.client, self.refresh_token)
        assert answer.status_code in {200, 401}, answer.text
        return answer.status_code == 200

    async def next(self) -> "Member":
        """The same session, one turn later."""
        answer = await refresh(self.client, self.refresh_token)
        assert answer.status_code == 200, answer.text
        return replace(self, grant=answer.json())

    async def again(self, password: str = PASSWORD) -> "Member":
        """The same person in a new session."""
        answer = await log_in(self.client, self.email, password)
        assert answer.status_code == 200, answer.text
        return replace(self, grant=answer.json())


async def call(
    client: AsyncClient,
    method: str,
    path: str,
    body: object = None,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A request below `/auth`."""
    said = {**({"authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
    return await client.request(method, AUTH + path, json=body, headers=said)


async def log_in(client: AsyncClient, email: str, password: str = PASSWORD) -> Response:
    return await call(client, "POST", "/login", {"email": email, "password": password})


async def refresh(client: AsyncClient, token: str) -> Response:
    return await call(client, "POST", "/refresh", {"refresh_token": token})


def new_email() -> str:
    """One that no other test knows."""
    return f"{uuid4().hex}@example.com"


async def register(api: Api, email: str | None = None, **members: object) -> Member:
    """Somebody new."""
    email = email or new_email()
    body = {"email": email, "password": PASSWORD, **members}
    answer = await call(api.client, "POST", "/register", body)
    assert answer.status_code == 201, answer.text
    return Member(api.client, email, answer.json())


async def disable(made: Container, email: str) -> None:
    """What an operator does, beside the service or in it."""
    await made.disable_account()(Email.read(email))


@asynccontextmanager
async def beside(url: str) -> AsyncIterator[Container]:
    """The operator's own view of a database that a server has open."""
    made = container(DATABASE_URL=url)
    await made.storage().open()
    try:
        yield made
    finally:
        await made.storage().close()


@asynccontextmanager
async def living_at(clock: Clock, **settings: str) -> AsyncIterator[Api]:
    """Taskhaven in process, where it is as late as the clock says."""
    made = container(**settings)
    made.now.override(providers.Object(clock))
    async with in_process(made) as api:
        yield api
