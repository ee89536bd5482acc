"""The databases of a whole run, or worker: one migrated SQLite file, one PostgreSQL server."""

import logging
import os
import secrets
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.canaries import CANARIES, Listener
from tests.leaks import nothing_left_open
from tests.log_lines import LogLines
from tests.postgres_server import PostgresServer, postgres
from tests.redis_server import RedisServer
from tests.running_server import RunningServer
from tests.storages import DURABLE, STORAGES, Opened, migrate, opened
from tests.workers import ByFile

# A busy machine is no failure: nothing here depends on how long it took.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def listening() -> Iterator[None]:
    """All that this process logs is searched for secrets, at every level of ours."""
    listener, root, ours = Listener(), logging.getLogger(), logging.getLogger("taskhaven")
    root.addHandler(listener)
    ours.setLevel(logging.DEBUG)
    yield
    root.removeHandler(listener)
    assert not (hits := CANARIES.taken()), hits  # of servers that outlived the tests


_LOGGERS = ("", "taskhaven", "taskhaven.audit", "_granian")


@pytest.fixture(autouse=True)
def logging_stays_as_it_is(listening: None) -> Iterator[None]:
    """A command that a test runs in this process sets up logging for itself."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [(each.handlers[:], each.level, each.propagate) for each in loggers]
    yield
    for each, (handlers, level, propagate) in zip(loggers, before, strict=True):
        each.handlers[:], each.propagate = handlers, propagate
        each.setLevel(level)


@pytest.fixture(autouse=True)
def no_secret_is_said(listening: None) -> Iterator[None]:
    """The test fails if something secret was said in it (O05)."""
    yield
    CANARIES.look_at_files()
    assert not (hits := CANARIES.taken()), hits


@pytest.fixture
def log_lines(listening: None) -> Iterator[LogLines]:
    """All that this process logs in the test."""
    lines, root = LogLines(), logging.getLogger()
    root.addHandler(lines)
    yield lines
    root.removeHandler(lines)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A lone surrogate that was logged cannot be sent from a worker to the controller as it is."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    """Whatever `--dist` says: what belongs together stays together."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[RunningServer]:
    missing = None if "TEST_DATABASE_URL" in os.environ else PostgresServer.available()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """For tests that do not kill it."""
    if missing := RedisServer.missing():
        pytest.skip(missing)
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="session")
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Makes an empty database for `sqlite` or `postgresql`, and returns its URL."""

    def make(storage: str) -> str:
        if storage == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'taskhaven.db'}"
        server: RunningServer = request.getfixturevalue("postgres_server")
        return server.create_database(f"taskhaven_{secrets.token_hex(8)}")

    return make


@pytest.fixture(scope="session")
def migrated(new_database: Callable[[str], str]) -> Callable[[str], str]:
    """The URL of the one migrated database that all tests of a storage share."""
    urls = {"memory": "memory:"}

    def find(storage: str) -> str:
        if storage not in urls:
            urls[storage] = migrate(new_database(storage))
        return urls[storage]

    return find


@pytest.fixture(params=STORAGES)
def database_url(request: pytest.FixtureRequest, migrated: Callable[[str], str]) -> str:
    """A migrated database's URL, on every storage in turn."""
    return migrated(request.param)


@pytest.fixture(params=DURABLE)
def durable_url(request: pytest.FixtureRequest, migrated: Callable[[str], str]) -> str:
    """A migrated database's URL, on every storage that outlives the process in turn."""
    return migrated(request.param)


@pytest.fixture(params=DURABLE)
def empty_url(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> str:
    """An empty database's URL, on every storage that outlives the process in turn."""
    return new_database(request.param)


@pytest.fixture
async def storage(database_url: str) -> AsyncIterator[Opened]:
    """Every storage in turn, open. The test fails if something stays open behind it."""
    async with opened(database_url) as storage:
        yield storage
    nothing_left_open(database_url)


@pytest.fixture
def sqlite_url(new_database: Callable[[str], str]) -> str:
    """A migrated SQLite file of the test's own."""
    return migrate(new_database("sqlite"))


@pytest.fixture
def sqlite_file(sqlite_url: str) -> Path:
    """Where that file is."""
    return Path(sqlite_url.removeprefix("sqlite:///"))
