"""Each figure moves when that happens of which it tells, and not otherwise."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import time as now
from typing import Any

import pytest

from adapters.sql.database import Statement
from adapters.system import vitals
from application.errors import Unavailable
from entrypoints.container import Container
from entrypoints.logs.sink import STDERR
from tests.figures import Figures, until
from tests.http.accounts import WRONG, call, log_in, register
from tests.http.api import Api, container, in_process, path_of
from tests.http.counted import figures
from tests.http.streams import Asked
from tests.key_pairs import key_set, pair
from tests.key_set_server import saying, serving

ISSUER = {"JWT_SECRET": "", "JWT_ISSUER": "https://id.test", "ACCOUNTS": "off"}


@pytest.fixture(autouse=True)
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker looks at itself every second; here that would only be waited for."""
    monkeypatch.setattr(vitals, "_EVERY", 0.02)


@asynccontextmanager
async def living(**settings: str) -> AsyncIterator[tuple[Container, Api]]:
    made = container(**settings)
    async with in_process(made) as api:
        yield made, api


@asynccontextmanager
async def looked_at(**settings: str) -> AsyncIterator[tuple[Container, Any]]:
    """Storage alone, open and looked at; nobody uses it but the test."""
    made = container(**settings)
    storage, looking = made.storage(), made.vitals()
    await storage.open()
    await looking.open()
    try:
        yield made, storage
    finally:
        await looking.close()
        await storage.close()


async def until_seen(made: Container, holds: Callable[[Figures], bool]) -> Figures:
    async def look() -> Figures:
        return figures(made)

    return await until(look, holds)


def waiting_for(name: str, value: float, **labels: str) -> Callable[[Figures], bool]:
    return lambda seen: seen.of(f"taskhaven_{name}", **labels) == value


async def test_a_write_is_one_that_changed_something() -> None:
    async with living() as (made, api):
        alice = api.user()
        task = await alice.create()
        same = await alice.send("PATCH", path_of(task), json={"title": task["title"]})
        await alice.send("POST", json={"title": ""})
        await alice.send("DELETE", path_of(task), headers={"if-match": '"9"'})
        assert (same.status_code, figures(made).of("taskhaven_writes_total")) == (200, 1)

        await alice.send("DELETE", path_of(task))
        assert figures(made).of("taskhaven_writes_total") == 2


async def test_a_retry_writes_nothing() -> None:
    async with living() as (made, api):
        alice = api.user()
        for _ in range(3):
            await alice.send("POST", json={"title": "Once"}, headers={"idempotency-key": "once"})

        assert figures(made).of("taskhaven_writes_total") == 1


async def test_streams_and_requests_under_way_come_and_go() -> None:
    async with living() as (made, api):
        await until_seen(made, waiting_for("streams", 0))
        asked = Asked(api.client._transport.app, api.user())  # type: ignore[attr-defined]
        async with asked.running():
            await until_seen(made, waiting_for("streams", 1))
            await until_seen(made, waiting_for("requests_in_flight", 1))
        await until_seen(made, waiting_for("streams", 0))
        await until_seen(made, waiting_for("requests_in_flight", 0))


async def test_logins_are_events_and_passwords_take_time() -> None:
    async with living() as (made, api):
        ann = await register(api)
        await ann.again()
        await log_in(api.client, ann.email, WRONG)
        await log_in(api.client, "nobody@example.com", WRONG)
        await call(api.client, "GET", "/me", token="x.y.z")

        seen = figures(made)
    events = {
        each.labels["event"]: each.value for each in seen.samples("taskhaven_audit_events_total")
    }
    assert events == {
        "account.registered": 1,
        "login.succeeded": 1,
        "login.failed": 2,
        "token.refused": 1,
    }
    assert seen.of("taskhaven_password_seconds_count") == 4, "who is unknown costs as much"
    assert seen.of("taskhaven_password_seconds_sum") > 0


async def test_keys_of_an_issuer_are_told_with_their_age() -> None:
    began = now()
    keys = key_set(pair("EdDSA"), pair("ES256"))
    async with serving(saying(keys)) as published:
        settings = {
            "JWT_SECRET": "",
            "JWT_ISSUER": "https://id.test",
            "JWT_JWKS_URL": published.url,
        }
        made = container(**settings, ACCOUNTS="off")
        keys_of = made.tokens().lasting[0]
        await keys_of.open()
        seen = await until_seen(made, waiting_for("key_set_fetches_total", 1, outcome="fetched"))
        await keys_of.close()

    (sample,) = seen.samples("taskhaven_key_set_keys")
    assert sample.value == 2
    fetched = seen.of("taskhaven_key_set_fetched_timestamp_seconds", **sample.labels)
    assert began <= fetched <= now()


async def test_a_fetch_that_failed_leaves_the_age_as_it_is() -> None:
    async with serving(saying(b"no keys", status="500 Oh")) as published:
        settings = {
            "JWT_SECRET": "",
            "JWT_ISSUER": "https://id.test",
            "JWT_JWKS_URL": published.url,
        }
        made = container(**settings, ACCOUNTS="off")
        keys_of = made.tokens().lasting[0]
        await keys_of.open()
        seen = await until_seen(made, waiting_for("key_set_fetches_total", 1, outcome="failed"))
        await keys_of.close()

    assert not [*seen.samples("taskhaven_key_set_fetched_timestamp_seconds")]
    assert not [*seen.samples("taskhaven_key_set_keys")]


SCANS = (False, True, True)  # one goes over the pipeline, the others over a connection each


async def test_connections_to_PostgreSQL_are_in_use_or_free_or_waited_for(
    migrated: Callable[[str], str],
) -> None:
    sleep = Statement("SELECT pg_sleep(1)", {})
    settings = {"DATABASE_URL": migrated("postgresql"), "DATABASE_POOL_SIZE": "2"}
    async with looked_at(**settings) as (made, storage):
        await until_seen(made, waiting_for("database_connections", 0, state="in_use"))
        assert figures(made).of("taskhaven_database_connections_most") == 2

        asked = [asyncio.ensure_future(storage.fetch(sleep, {}, scan=scan)) for scan in SCANS]
        await until_seen(made, waiting_for("database_connections", 2, state="in_use"))
        await asyncio.gather(*asked)

        seen = await until_seen(made, waiting_for("database_connections", 0, state="in_use"))
        assert seen.of("taskhaven_database_connections", state="free") == 2
        assert seen.of("taskhaven_database_connection_seconds_count") == 1
        assert seen.of("taskhaven_info", storage="postgresql") == 1


async def test_who_waits_for_a_connection_in_vain_waited_too(
    migrated: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.postgres.room._PATIENCE", 0.1)
    sleep = Statement("SELECT pg_sleep(1)", {})
    settings = {"DATABASE_URL": migrated("postgresql"), "DATABASE_POOL_SIZE": "1"}
    async with looked_at(**settings) as (made, storage):
        asked = asyncio.ensure_future(storage.fetch(sleep, {}))
        await until_seen(made, waiting_for("database_connections", 1, state="in_use"))
        with pytest.raises(Unavailable):
            await storage.fetch(sleep, {})
        assert figures(made).of("taskhaven_database_connection_seconds_count") == 1
        await asked


async def test_writes_that_wait_for_SQLite_are_seen(sqlite_url: str, sqlite_file: Path) -> None:
    forget = Statement("DELETE FROM receipts", {})
    async with looked_at(DATABASE_URL=sqlite_url) as (made, storage):
        somebody = sqlite3.connect(sqlite_file, isolation_level=None)
        somebody.execute("BEGIN IMMEDIATE")
        asked = [asyncio.ensure_future(storage.execute(forget, {})) for _ in range(3)]
        await until_seen(made, waiting_for("database_writes_waiting", 3))
        somebody.execute("ROLLBACK")
        somebody.close()
        await asyncio.gather(*asked)

        seen = await until_seen(made, waiting_for("database_writes_waiting", 0))
        assert seen.of("taskhaven_info", storage="sqlite") == 1


async def test_a_loop_that_is_held_up_is_late() -> None:
    async with living() as (made, _):
        await asyncio.sleep(0)
        before = figures(made).of("taskhaven_loop_lag_seconds_sum")
        time.sleep(0.5)  # noqa: ASYNC251 - this is what must not happen
        seen = await until_seen(
            made, lambda seen: seen.of("taskhaven_loop_lag_seconds_sum") > before + 0.25
        )

    assert seen.of("taskhaven_loop_lag_seconds_count") > 0


async def test_what_a_worker_is_and_holds_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    began = now()
    monkeypatch.setattr(STDERR, "dropped", 3)
    async with living() as (made, api):
        seen = await until_seen(made, waiting_for("log_lines_dropped", 3))
        assert (await api.client.get("/health/ready")).status_code == 200
        assert figures(made).of("taskhaven_ready") == 1

    assert seen.of("taskhaven_workers") == 1
    assert began <= seen.of("taskhaven_worker_started_timestamp_seconds") <= now()
    assert seen.of("taskhaven_resident_bytes") > 30_000_000
    assert 3 < seen.of("taskhaven_open_files") < seen.of("taskhaven_open_files_most")
    assert seen.of("taskhaven_info", storage="memory") == 1
    assert figures(made).of("taskhaven_workers") == 0, "it has ended"


async def test_a_worker_that_is_leaving_is_not_ready() -> None:
    async with living() as (made, api):
        made.leaving().leave()
        await api.client.get("/health")

        assert figures(made).of("taskhaven_ready") == 0
