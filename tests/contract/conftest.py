"""The ports, on every adapter in turn."""

import pytest

from application.ports import Journal, Tasks, Trash
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
