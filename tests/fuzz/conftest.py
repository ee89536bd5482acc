"""Taskhaven on every storage, for cases that Schemathesis makes of its description."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from domain.owner import Actor, Owner
from entrypoints.worker import assemble
from tests.fuzz.described import EXAMPLES, SUBJECT, load
from tests.fuzz.service import SEEN, Service
from tests.http.api import container, signer_of
from tests.http.server import Server
from tests.storages import STORAGES

_VALID = timedelta(days=1)


@pytest.fixture(scope="session", params=STORAGES)
def service(
    request: pytest.FixtureRequest,
    new_database: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    """In process on memory, else over a socket."""
    made = container()
    token = signer_of(made).sign(Actor(Owner(SUBJECT)), expires_at=datetime.now(UTC) + _VALID)
    if request.param == "memory":
        yield Service("memory", load(assemble(made)), token)
        return
    folder = tmp_path_factory.mktemp(f"fuzzed-{request.param}")
    with (
        Server(folder, DATABASE_URL=new_database(request.param)) as server,
        requests.Session() as session,
    ):
        to = {"base_url": server.url, "session": session}
        yield Service(request.param, load(), token, to)
        assert not server.log, "nothing that clients do is our fault"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """After a long run: how many cases each operation had on each storage, and their statuses."""
    if not EXAMPLES:
        return
    for storage in STORAGES:
        statuses = Counter[str]()
        for (where, operation, status), times in SEEN.items():
            if where == storage:
                statuses[operation] += times
                statuses[str(status)] += times
        terminalreporter.section(f"cases on {storage}: {sum(statuses.values()) // 2}")
        for name, times in sorted(statuses.items()):
            terminalreporter.write_line(f"{times:>7} {name}")
