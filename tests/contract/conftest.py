"""The ports, on every adapter in turn."""

import pytest

from application.ports import Journal, Tasks
from tests.storages import Opened


@pytest.fixture
def tasks(storage: Opened) -> Tasks:
    return storage.tasks


@pytest.fixture
def journal(storage: Opened) -> Journal:
    return storage.journal
