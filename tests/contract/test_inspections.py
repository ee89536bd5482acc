"""What a look at real servers, files and key sets tells."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from adapters.limits.inspection import RedisInspection
from adapters.postgres.inspection import PostgresInspection
from adapters.sqlite.inspection import SqliteInspection, remote_type
from adapters.tokens.inspection import FetchedInspection
from application.errors import Unavailable
from application.inspection import KeySetSeen, Way
from tests.key_pairs import key_set, pair
from tests.key_set_server import saying, serving
from tests.migrations.test_standing import unchanged
from tests.pgbouncer import PgBouncer
from tests.redis_server import RedisServer
from tests.serving_role import role_that_serves
from tests.storages import migrate

DOCUMENT = key_set(pair("EdDSA"), pair("RS256"), {"kty": "oct", "k": "AAAA"})
AWAY = "postgresql://canary:hunter2@127.0.0.1:1/canary"


@pytest.fixture(scope="module")
def url(new_database: Callable[[str], str]) -> str:
    return migrate(new_database("postgresql"))


def user_of(url: str) -> sql.Identifier:
    return sql.Identifier(str(urlsplit(url).username))


def test_the_servers_administrator_is_seen_to_be_one(url: str) -> None:
    with unchanged(url):
        seen = PostgresInspection(url).look()

    assert (seen.superuser, seen.owner) == (True, True)
    assert (seen.relayed, seen.pooled) == (False, False)
    with psycopg.connect(url) as connection:
        assert seen.version == connection.info.server_version // 10_000
    assert abs(seen.clock_ahead) < timedelta(seconds=10)


def test_a_role_that_only_serves_is_neither_superuser_nor_owner(url: str) -> None:
    with role_that_serves(url) as serving_url:
        seen = PostgresInspection(serving_url).look()
        most = seen.most_connections
        with psycopg.connect(url) as administrator:
            name = user_of(serving_url)
            administrator.execute(sql.SQL("ALTER ROLE {} CONNECTION LIMIT 7").format(name))
        limited = PostgresInspection(serving_url).look()

    assert (seen.superuser, seen.owner) == (False, False)
    assert 7 < most < PostgresInspection(url).look().most_connections
    assert limited.most_connections == 7


def test_a_role_that_owns_the_tables_is_seen_to(url: str) -> None:
    with role_that_serves(url) as serving_url, psycopg.connect(url) as administrator:
        name = user_of(serving_url)
        administrator.execute(sql.SQL("ALTER TABLE tasks OWNER TO {}").format(name))
        administrator.commit()
        seen = PostgresInspection(serving_url).look()
        administrator.execute("ALTER TABLE tasks OWNER TO CURRENT_USER")
        administrator.commit()

    assert (seen.superuser, seen.owner) == (False, True)


def test_an_empty_database_has_no_owner(new_database: Callable[[str], str]) -> None:
    url = new_database("postgresql")

    assert PostgresInspection(url).look().version >= 14


@pytest.fixture
def pooler_program() -> None:
    if missing := PgBouncer.missing():
        pytest.skip(missing)


@pytest.mark.usefixtures("pooler_program")
@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_F19_a_pooler_that_shares_sessions_is_noticed(url: str, size: int, reset: bool) -> None:
    with PgBouncer(url, size=size, reset=reset) as pooler:
        seen = [PostgresInspection(pooler.url).look() for _ in range(3)]

    assert {(each.relayed, each.pooled) for each in seen} == {(True, True)}


@pytest.mark.usefixtures("pooler_program")
@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_pooler_whose_sessions_last_is_known_from_one_that_shares_them(
    url: str, size: int
) -> None:
    with PgBouncer(url, "session", size=size) as pooler:
        seen = PostgresInspection(pooler.url).look()

    assert (seen.relayed, seen.pooled) == (True, False)


def test_a_role_with_room_for_one_connection_can_be_looked_at(url: str) -> None:
    with role_that_serves(url) as serving_url, psycopg.connect(url) as administrator:
        name = user_of(serving_url)
        administrator.execute(sql.SQL("ALTER ROLE {} CONNECTION LIMIT 1").format(name))
        administrator.commit()
        seen = PostgresInspection(serving_url).look()

    assert (seen.most_connections, seen.relayed, seen.pooled) == (1, False, False)


def test_a_server_that_is_away_is_said_without_names() -> None:
    with pytest.raises(Unavailable) as raised:
        PostgresInspection(AWAY).look()

    assert not [sign for sign in ("canary", "hunter2", "127") if sign in str(raised.value)]


@pytest.mark.parametrize(
    ("url", "way"),
    [
        ("postgresql:///n", Way(local=True, tls="prefer")),
        ("postgresql:///n?host=/run/postgresql", Way(local=True, tls="prefer")),
        ("postgresql://localhost/n", Way(local=True, tls="prefer")),
        ("postgresql://[::1]/n?sslmode=disable", Way(local=True, tls="disable")),
        ("postgresql://10.0.0.1/n", Way(local=False, tls="prefer")),
        ("postgresql://db.example/n?sslmode=require", Way(local=False, tls="require")),
        ("postgresql://127.0.0.1,db.example/n", Way(local=False, tls="prefer")),
        ("postgresql://x/n?hostaddr=127.0.0.1", Way(local=True, tls="prefer")),
        ("postgresql://db.example/n?sslmode=canary", Way(local=False, tls="unknown")),
    ],
)
def test_the_way_is_read_from_the_address(
    url: str, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)

    assert PostgresInspection(url).way == way


def test_the_way_is_read_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")

    assert PostgresInspection("postgresql://db.example/n").way == Way(
        local=False, tls="verify-full"
    )


@pytest.mark.parametrize(
    ("file", "folder", "open_to_others"),
    [
        (0o600, 0o755, False),
        (0o644, 0o700, False),
        (0o644, 0o755, True),
        (0o640, 0o710, True),
        (0o640, 0o701, False),
        (0o604, 0o701, True),
    ],
)
def test_a_file_is_open_to_others_where_its_folder_lets_them_in(
    tmp_path: Path, file: int, folder: int, open_to_others: bool
) -> None:
    path = tmp_path / "data" / "tasks.db"
    path.parent.mkdir()
    path.touch()
    path.chmod(file)
    path.parent.chmod(folder)

    seen = SqliteInspection()(path)

    assert (seen.exists, seen.open_to_others) == (True, open_to_others)


def test_a_file_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    seen = SqliteInspection()(tmp_path / "new" / "data" / "tasks.db")

    assert (seen.exists, seen.writable, seen.folder_writable) == (False, True, True)
    assert seen.free > 0
    assert not seen.open_to_others
    assert list(tmp_path.iterdir()) == []


MOUNTS = r"""/dev/sda1 / ext4 rw 0 0
proc /proc proc rw 0 0
nas:/share /srv/shared\040files nfs4 rw 0 0
/dev/sdb1 /srv/shared\040files/fast ext4 rw 0 0
me@host:/ /home/me/far fuse.sshfs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/data", None),
        ("/srv/shared files/tasks", "nfs4"),
        ("/srv/shared filesystem", None),
        ("/srv/shared files/fast/tasks", None),
        ("/home/me/far/away", "sshfs"),
    ],
)
def test_a_file_system_of_another_machine_is_known(folder: str, kind: str | None) -> None:
    assert remote_type(Path(folder), MOUNTS) == kind
    assert remote_type(Path(folder), "") is None


async def fetched(headers: Sequence[str] = (), document: bytes = DOCUMENT) -> KeySetSeen:
    async with serving(saying(document, headers=headers)) as server:
        return await asyncio.to_thread(FetchedInspection(), server.url)


async def test_a_key_set_is_fetched_and_what_is_usable_is_told() -> None:
    seen = await fetched()

    assert [*seen.keys] == [frozenset({"EdDSA"}), frozenset({"RS256", "PS256"})]
    assert seen.clock_ahead is None


@pytest.mark.parametrize("minutes", [-5, 0, 5])
async def test_the_issuers_clock_is_read_from_its_answer(minutes: int) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)

    seen = await fetched([f"Date: {date}"])

    assert seen.clock_ahead is not None
    assert abs(seen.clock_ahead - timedelta(minutes=minutes)) < timedelta(seconds=20)


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Jan 2026 99:99:99 GMT"])
async def test_a_date_that_is_none_tells_nothing(date: str) -> None:
    assert (await fetched([f"Date: {date}"])).clock_ahead is None


async def test_a_document_that_is_no_key_set_is_said() -> None:
    with pytest.raises(Unavailable, match="not a key set"):
        await fetched(document=b"{}")


async def test_an_issuer_that_is_away_is_said_without_its_address() -> None:
    with pytest.raises(Unavailable) as raised:
        await asyncio.to_thread(FetchedInspection(), "http://127.0.0.1:1/canary")

    assert "canary" not in str(raised.value)
    assert "127" not in str(raised.value)


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    if missing := RedisServer.missing():
        pytest.skip(missing)
    with RedisServer() as server:
        yield server


def test_a_redis_that_answers_is_one(redis: RedisServer) -> None:
    RedisInspection()(redis.url)

    assert redis.keys() == []


@pytest.mark.parametrize("user", ["", ":hunter2@", "canary:hunter2@"])
def test_a_redis_that_refuses_us_is_said(redis: RedisServer, user: str) -> None:
    with pytest.raises(Unavailable) as raised:
        RedisInspection()(f"redis://{user}127.0.0.1:{redis.port}/0")

    assert "canary" not in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_a_redis_that_is_away_is_said() -> None:
    with pytest.raises(Unavailable, match=r"^it does not answer \(ConnectionError\)$"):
        RedisInspection()("redis://canary:hunter2@127.0.0.1:1/0")
