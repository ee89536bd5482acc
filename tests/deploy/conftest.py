"""The service behind nginx."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.http.api import Api, over_socket
from tests.http.server import Server
from tests.nginx import Nginx


@pytest.fixture(scope="session")
def nginx_program() -> None:
    """Skips where there is no nginx, which comes from the system's packages only."""
    if missing := Nginx.missing():
        pytest.skip(missing)


@pytest.fixture(scope="session")
def instance(
    new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """An instance that believes nginx, on a database of its own."""
    folder = tmp_path_factory.mktemp("behind-nginx")
    settings = {"DATABASE_URL": new_database("sqlite"), "TRUSTED_PROXIES": "127.0.0.1"}
    with Server(folder, RATE_LIMIT="1000000/hour", **settings) as server:
        yield server


@pytest.fixture(scope="session")
def nginx(nginx_program: None, instance: Server) -> Iterator[Nginx]:
    with Nginx([f"127.0.0.1:{instance.port}"]) as nginx:
        yield nginx


@pytest.fixture
async def api(nginx: Nginx) -> AsyncIterator[Api]:
    async with over_socket(nginx.url) as api:
        yield api
