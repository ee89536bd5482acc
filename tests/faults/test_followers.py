"""Who follows ends with what the server has, though one of two servers is killed meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.followers import followed
from tests.http.server import Server
from tests.storages import DURABLE, migrate


@pytest.fixture(params=DURABLE)
def servers(
    request: pytest.FixtureRequest, new_database: Callable[[str], str], tmp_path: Path
) -> Iterator[list[Server]]:
    url = migrate(new_database(request.param))
    with ExitStack() as stack:
        started = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            server = Server(tmp_path / name, DATABASE_URL=url)
            started.append(stack.enter_context(server))
        yield started


async def test_nobody_misses_a_change_or_hears_it_twice(servers: list[Server]) -> None:
    found = await followed(servers, writers=6, clients=6, seconds=6, pause=0.05)

    assert (found.different, found.repeated, found.missed) == (0, 0, 0)
    assert found.position >= found.accepted / 2
    assert found.position > 100
    assert found.streams > 6, "somebody was cut off"
