"""The ports, on every adapter in turn."""

from collections.abc import AsyncIterator

import pytest

from adapters.postgres.pipelines import Pipelines
from application.ports import Journal, Tasks, Trash
from tests.contract.pipelined import pipelines
from tests.storages import Opened


@pytest.fixture
def tasks(storage: Opened) -> Tasks:
    return storage.tasks


@pytest.fixture
def journal(storage: Opened) -> Journal:
    return storage.journal


@pytest.fixture
def trash(storage: Opened) -> Trash:
    return storage.trash


@pytest.fixture
async def single(url: str) -> AsyncIterator[Pipelines]:
    """One pipeline to the module's own database, so that whatever is asked shares a session."""
    async with pipelines(url, 1) as single:
        yield single
