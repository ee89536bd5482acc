"""Databases to back up, and PostgreSQL's programs where the commands look for them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.postgres.client_programs import program
from application.backups import BackupError
from tests.postgres_programs import client_programs
from tests.storages import DURABLE, migrate


@pytest.fixture(autouse=True)
def programs_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the wheel first: the system's may be older than the server."""
    if folder := client_programs():
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def place(programs_on_path: None, new_database: Callable[[str], str]) -> Callable[[str], str]:
    """Makes an empty database of a storage, which the test alone has, and returns its URL."""

    def make(storage: str) -> str:
        if storage == "postgresql":
            _need_programs()
        return new_database(storage)

    return make


def _need_programs() -> None:
    try:
        program("pg_dump")
    except BackupError as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(params=DURABLE)
def kind(request: pytest.FixtureRequest) -> str:
    """Every storage of which there are backups in turn."""
    return str(request.param)


@pytest.fixture
def url(kind: str, place: Callable[[str], str]) -> str:
    """A migrated database of the test's own."""
    return migrate(place(kind))


@pytest.fixture
def empty(kind: str, place: Callable[[str], str]) -> str:
    """An empty database of the same kind."""
    return place(kind)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a backup goes, beside nothing else."""
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "tasks.backup"
