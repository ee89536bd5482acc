"""One Taskhaven on each storage. Tests share them, and stay apart by users of their own."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from litestar.types import ASGIApp

from entrypoints.container import Container
from entrypoints.worker import assemble
from tests.http.api import FORMS, Api, Json, User, container, in_process, over_socket
from tests.http.server import Server
from tests.storages import STORAGES


@pytest.fixture(scope="session")
def sqlite_server(
    new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served-sqlite")
    with Server(folder, DATABASE_URL=new_database("sqlite")) as server:
        yield server
        assert not server.log, "nothing that clients do is our fault"


@pytest.fixture(scope="session")
def postgresql_server(
    new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served-postgresql")
    with Server(folder, DATABASE_URL=new_database("postgresql")) as server:
        yield server
        assert not server.log, "nothing that clients do is our fault"


@pytest.fixture
def server(sqlite_server: Server) -> Server:
    """A server to speak bytes to; the storage makes no difference."""
    return sqlite_server


@pytest.fixture
async def socket_api(server: Server) -> AsyncIterator[Api]:
    """The same server, for a well-behaved client."""
    async with over_socket(server.url) as api:
        yield api


@pytest.fixture(scope="session")
def in_memory() -> tuple[Container, ASGIApp]:
    """Assembled once; it comes to life in each test that asks for it."""
    made = container()
    return made, assemble(made)


@pytest.fixture
async def memory_api(in_memory: tuple[Container, ASGIApp]) -> AsyncIterator[Api]:
    """Taskhaven in process, for what does not depend on storage."""
    async with in_process(*in_memory) as api:
        yield api


@pytest.fixture(params=STORAGES)
async def api(
    request: pytest.FixtureRequest, in_memory: tuple[Container, ASGIApp]
) -> AsyncIterator[Api]:
    """Taskhaven on every storage in turn: in process on memory, else over a socket."""
    if request.param == "memory":
        async with in_process(*in_memory) as api:
            yield api
    else:
        server: Server = request.getfixturevalue(f"{request.param}_server")
        async with over_socket(server.url) as api:
            yield api


@pytest.fixture
def alice(api: Api) -> User:
    return api.user()


@pytest.fixture
def bob(api: Api) -> User:
    return api.user()


@pytest.fixture(params=FORMS)
def user(request: pytest.FixtureRequest, api: Api) -> User:
    """A user whose id has to be percent-encoded, at every form of the paths in turn."""
    return api.user(f"auth0|{api.user().subject}", form=request.param)


@pytest.fixture
async def document() -> Json:
    """The API's description."""
    async with in_process(container()) as api:
        answer = await api.client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: Json = answer.json()
    return found
