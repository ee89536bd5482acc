"""The schema is older or newer than the code that runs (catalogue F18)."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import pytest
from sqlalchemy import text

from entrypoints.http import health
from migrations import HEAD
from migrations.runner import downgrade, upgrade
from migrations.standing import look
from tests.faults.meddling import execute
from tests.http.answers import refusal
from tests.http.api import Api, Json, User, container, in_process, path_of
from tests.migrations.databases import connected, target
from tests.storages import migrate

AWAY = (503, "storage_unavailable")
WELL = (200, "")

NEWER = {
    "a column is gone": ["ALTER TABLE tasks RENAME COLUMN title TO heading"],
    "a table is gone": ["ALTER TABLE tasks RENAME TO duties"],
    "a column is wanted": [
        "DROP TABLE receipts",
        "CREATE TABLE receipts (owner_id text, key text, digest text, answer text,"
        " made_at timestamptz, expires_at timestamptz, region text NOT NULL,"
        " PRIMARY KEY (owner_id, key))",
    ],
}


@pytest.fixture
async def api(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The service on each storage in turn, which looks anew each time it is asked for health."""
    monkeypatch.setattr(health, "_FRESH", 0)
    async with in_process(container(DATABASE_URL=migrate(empty_url))) as api:
        yield api


@pytest.fixture
def postgres_url(new_database: Callable[[str], str]) -> str:
    return migrate(new_database("postgresql"))


async def everything(alice: User, task: Json) -> list[tuple[int, str]]:
    """What each kind of request about tasks is answered: a success, or how it is refused."""
    requests: Sequence[tuple[str, str, Mapping[str, object] | None]] = [
        ("GET", "/tasks?q=milk&sort=-priority", None),
        ("GET", path_of(task), None),
        ("POST", "/tasks", {"title": "new"}),
        ("PATCH", path_of(task), {"title": "new"}),
        ("DELETE", path_of(task), None),
        ("GET", "/trash", None),
        ("GET", "/changes", None),
    ]
    answers = [
        await alice.send(
            method, path, json=body, headers={"idempotency-key": f"key-of-{method}"} if body else {}
        )
        for method, path, body in requests
    ]
    return [refusal(answer) if answer.is_error else WELL for answer in answers]


async def ready(api: Api) -> int:
    return (await api.client.get("/health/ready")).status_code


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == "taskhaven.health"]


def is_at(revision: str) -> str:
    return (
        f"not ready: the database's schema is at {revision}, and this version needs {HEAD}: "
        "taskhaven migrate --status tells more"
    )


async def test_F18_a_schema_that_is_behind_is_not_served_until_it_is_migrated(
    api: Api, empty_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    alice = api.user()
    task = await alice.create("Buy milk")
    since = (await alice.send("GET", "/changes")).json()["next"]
    assert await ready(api) == 200

    downgrade(target(empty_url), "0002")
    found = [await ready(api) for _ in range(3)]
    answers = await everything(alice, task)
    changes = await alice.send("GET", f"/changes?since={since}")
    migrate(empty_url)

    assert found == [503] * 3
    assert {*answers} <= {WELL, AWAY}
    assert refusal(changes) == AWAY
    assert await ready(api) == 200
    assert said(caplog) == [is_at("0002"), "ready again"]
    assert (await alice.send("GET", f"/changes?since={since}")).is_success


async def test_F18_a_schema_that_was_taken_away_is_not_served(api: Api, empty_url: str) -> None:
    alice = api.user()
    task = await alice.create("Buy milk")

    downgrade(target(empty_url), "base")

    assert await ready(api) == 503
    assert await everything(alice, task) == [AWAY] * 7


@pytest.mark.parametrize("difference", NEWER)
async def test_F18_a_schema_that_is_ahead_is_not_served(
    api: Api, empty_url: str, caplog: pytest.LogCaptureFixture, difference: str
) -> None:
    alice = api.user()
    task = await alice.create("Buy milk")
    assert {*await everything(api.user(), task)} >= {WELL}  # statements are known by now

    with connected(empty_url) as connection:
        for statement in [*NEWER[difference], "UPDATE alembic_version SET version_num = '9999'"]:
            connection.execute(text(statement))
    found = [await ready(api) for _ in range(3)]
    answers = await everything(alice, task)

    assert found == [503] * 3
    assert said(caplog) == [is_at("9999")]
    assert {*answers} <= {WELL, AWAY}
    assert answers[2:4] == [AWAY, AWAY]


async def test_F16_old_code_goes_on_with_a_schema_that_only_grew(
    api: Api, empty_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    alice = api.user()
    task = await alice.create("Buy milk")

    with connected(empty_url) as connection:
        for statement in (
            "ALTER TABLE tasks ADD COLUMN colour TEXT",
            f"UPDATE alembic_version SET version_num = '{HEAD}.7'",
        ):
            connection.execute(text(statement))

    assert await ready(api) == 200
    assert {*await everything(alice, task)} == {WELL}
    assert upgrade(target(empty_url)) == f"{HEAD}.7", "it can be started again, too"
    assert look(target(empty_url)).up_to_date
    assert said(caplog) == []


async def test_F18_a_column_of_another_type_costs_a_request_and_no_more(
    postgres_url: str,
) -> None:
    async with in_process(container(DATABASE_URL=postgres_url, DATABASE_POOL_SIZE="1")) as api:
        alice = api.user()
        task = await alice.create()
        for _ in range(6):  # from the fifth time on the statement is a prepared one
            await alice.read(task)

        execute(postgres_url, "ALTER TABLE tasks ALTER description TYPE varchar(20000)")

        assert refusal(await alice.send("GET", path_of(task))) == AWAY
        assert await alice.read(task) == task
