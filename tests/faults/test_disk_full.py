"""The disk below the database, or the one below the log, is full (catalogue F11).

Writes are answered 503 and reads go on; nothing is half done; with room all is well, without a
restart.
"""

import os
import resource
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from tests.disks import SmallDisk
from tests.faults.meddling import execute
from tests.http.answers import refusal
from tests.http.api import Json, User, over_socket, path_of
from tests.http.server import Server
from tests.postgres_server import PostgresServer
from tests.processes import children
from tests.storages import migrate

FULL = (503, "storage_unavailable")
LONG = "x" * 10_000  # of a description: what fills the last page of a file soon
MANY = 200  # tasks, more than there is room for on a disk that is nearly full
ROOM = 24 * 1024 * 1024  # bytes; an empty database of PostgreSQL takes a third of it
LITTLE = 256 * 1024  # bytes by which a file may still grow


@dataclass(frozen=True, slots=True)
class Disk:
    """A server whose database lies on a disk that is filled and freed."""

    server: Server
    fill: Callable[[], None]
    free: Callable[[], None]


@contextmanager
def small_disk() -> Iterator[SmallDisk]:
    if missing := SmallDisk.missing():
        pytest.skip(missing)
    with SmallDisk(ROOM) as disk:
        yield disk


@contextmanager
def sqlite(folder: Path) -> Iterator[Disk]:
    url = "sqlite:///{}/taskhaven.db"
    with small_disk() as disk, Server(folder, DATABASE_URL=url.format(disk.path)) as server:
        yield Disk(server, disk.fill, disk.free)


@contextmanager
def sqlite_below_a_limit(folder: Path) -> Iterator[Disk]:
    """No file of the server may grow by much: what anybody can do without another disk."""
    file = folder / "taskhaven.db"
    with Server(folder, DATABASE_URL=f"sqlite:///{file}") as server:
        unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)

        def limit(size: int) -> None:
            for pid in children(server.pid):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, unlimited[1]))

        yield Disk(server, lambda: limit(file.stat().st_size + LITTLE), lambda: limit(unlimited[0]))


@contextmanager
def postgresql(folder: Path, running: PostgresServer) -> Iterator[Disk]:
    """All but the write-ahead log is on the disk: without room for that PostgreSQL stops."""
    name, admin = f"full_{secrets.token_hex(4)}", running.url("postgres")
    with small_disk() as disk:
        place, account = disk.path / "tables", running.directory.stat()
        place.mkdir()
        os.chown(place, account.st_uid, account.st_gid)
        with psycopg.connect(admin, autocommit=True) as connection:
            statement = sql.SQL("CREATE TABLESPACE {} LOCATION {}")
            connection.execute(statement.format(sql.Identifier(name), str(place)))
        try:
            url = running.create_database(name)
            execute(admin, f"ALTER DATABASE {name} SET TABLESPACE {name}")
            migrate(url)
            with Server(folder, DATABASE_URL=url) as server:
                yield Disk(server, disk.fill, disk.free)
        finally:
            running.drop_database(name)
            execute(admin, f"DROP TABLESPACE {name}")


@pytest.fixture(params=["sqlite", "sqlite below a limit", "postgresql"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    with ExitStack() as stack:
        if request.param == "postgresql":
            running: PostgresServer = request.getfixturevalue("server")
            yield stack.enter_context(postgresql(tmp_path, running))
        elif request.param == "sqlite":
            yield stack.enter_context(sqlite(tmp_path))
        else:
            yield stack.enter_context(sqlite_below_a_limit(tmp_path))


@pytest.fixture
async def alice(disk: Disk) -> AsyncIterator[User]:
    async with over_socket(disk.server.url) as api:
        yield api.user()


async def create(alice: User, key: str | None = None) -> Json | None:
    """A task, or nothing where that is refused, as it may be for want of room alone."""
    body = {"title": "new", "description": LONG}
    answer = await alice.send("POST", json=body, headers={"idempotency-key": key} if key else {})
    if answer.status_code == 201:
        task: Json = answer.json()
        return task
    assert refusal(answer) == FULL
    assert answer.headers["retry-after"] == "1"
    return None


async def fill_up(alice: User) -> list[Json]:
    """What was accepted until there was no room."""
    accepted: list[Json] = []
    for _ in range(MANY):
        if (task := await create(alice)) is None:
            return accepted
        accepted.append(task)
    raise AssertionError("it never was full")


async def everything(alice: User) -> list[Json]:
    """Every task, the oldest first."""
    answer = await alice.send("GET", "/tasks?limit=500&sort=created_at")
    assert answer.status_code == 200, answer.text
    tasks: list[Json] = answer.json()
    return tasks


async def changes(alice: User) -> list[Json]:
    answer = await alice.send("GET", "/changes?limit=500")
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["changes"]
    return found


async def test_F11_writes_are_refused_reads_go_on_and_with_room_all_is_well(
    disk: Disk, alice: User
) -> None:
    first, worker = await alice.create(), children(disk.server.pid)

    disk.fill()
    there = [first, *await fill_up(alice)]
    refused = [await alice.send("POST", json={"title": "n", "description": LONG}) for _ in "ab"]
    read = [await everything(alice), await alice.read(first), await changes(alice)]
    history = await alice.send("GET", f"{path_of(first)}/history")
    disk.free()
    after = await create(alice)

    assert [refusal(answer) for answer in refused] == [FULL, FULL]
    assert read == [there, first, there]
    assert history.status_code == 200
    assert after is not None
    assert await everything(alice) == [*there, after]
    assert children(disk.server.pid) == worker


async def test_F11_a_write_that_found_no_room_left_nothing_and_can_be_sent_again(
    disk: Disk, alice: User
) -> None:
    first, key = await alice.create(), str(uuid4())
    operations = [{"op": "create", "task": {"title": "n", "description": LONG}}] * 20

    disk.fill()
    there = [first, *await fill_up(alice)]
    refused = await create(alice, key)
    batch = await alice.send("POST", "/tasks/batch", json={"operations": operations})
    left = [await everything(alice), await changes(alice)]
    disk.free()
    once, again = await create(alice, key), await create(alice, key)

    assert refused is None
    assert refusal(batch) == FULL
    assert left == [there, there]
    assert once == again
    assert await everything(alice) == [*there, once]
