"""One database with the roles, migrated by its owner, for what the service may and may not."""

from collections.abc import Iterator

import pytest

from tests.contract.conftest import journal, tasks, trash
from tests.roles.made import Roles, psql, roles
from tests.running_server import RunningServer
from tests.storages import migrate

__all__ = ("journal", "tasks", "trash")


@pytest.fixture(scope="session")
def made(postgres_server: RunningServer) -> Iterator[Roles]:
    if psql() is None:
        pytest.skip("there is no psql, which the script is written for")
    with roles(postgres_server) as made:
        made.run_script()
        migrate(made.owner)
        yield made


@pytest.fixture
def database_url(made: Roles) -> str:
    """The service's own way to the database, in place of every storage."""
    return made.app


@pytest.fixture
def durable_url(made: Roles) -> str:
    """The same."""
    return made.app
