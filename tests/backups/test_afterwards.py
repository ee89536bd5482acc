"""What clients find after a restore: the journal went back in time, and must not hide it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from dependency_injector import providers

from tests.backups.places import change, restore, rows, take
from tests.command_line import GOOD, PATIENCE, run
from tests.http.api import User, container, in_process, path_of
from tests.http.server import Server

ALICE = "alice"
LATER = timedelta(days=400)


@asynccontextmanager
async def alice_at(url: str) -> AsyncIterator[User]:
    """Alice, where the service runs on this database."""
    async with in_process(container(DATABASE_URL=url)) as api:
        yield api.user(ALICE)


async def next_of(user: User) -> str:
    """The token of somebody who has everything."""
    answer = await user.send("GET", "/changes")
    token: str = answer.json()["next"]
    return token


async def told_since(user: User, token: str) -> int:
    """The answer's status."""
    answer = await user.send("GET", f"/changes?since={token}")
    return answer.status_code


async def test_every_token_handed_out_before_is_gone_and_stays_gone(url: str, file: Path) -> None:
    async with alice_at(url) as alice:
        first = await alice.create("one")
        await alice.create("two")
        page = await alice.send("GET", "/changes?limit=1")
        half_way, at_backup = page.json()["next"], await next_of(alice)
        take(url, file)
        await alice.create("lost")
        after_backup = await next_of(alice)

    restore(url, file, replace=True)

    async with alice_at(url) as alice:
        for token in ("c0", "c1", at_backup, after_backup):
            assert await told_since(alice, token) == 410
            stream = await alice.send("GET", f"/changes/stream?since={token}")
            assert stream.status_code == 410
        for _ in range(5):
            await alice.send("PATCH", path_of(first) + "/complete")
        assert await told_since(alice, at_backup) == await told_since(alice, after_backup) == 410
        answer = await alice.send("GET", f"/changes?since={half_way}")
        while "next" in answer.links:  # who had begun is told at the end that it was for nothing
            answer = await alice.send("GET", f"/changes?since={answer.json()['next']}")
        assert answer.status_code == 410


async def test_restoring_the_same_file_again_lets_no_token_from_between_pass(
    url: str, file: Path
) -> None:
    async with alice_at(url) as alice:
        await alice.create("kept")
        take(url, file)
    restore(url, file, replace=True)
    async with alice_at(url) as alice:
        assert await told_since(alice, await next_of(alice)) == 200
        await alice.create("lost")
        between = await next_of(alice)

    restore(url, file, replace=True)

    async with alice_at(url) as alice:
        for title in ("new", "newer"):
            await alice.create(title)
        assert await told_since(alice, between) == 410


async def test_F15_a_clock_that_went_back_does_not_take_positions_back(
    url: str, file: Path
) -> None:
    far = 2**58
    async with alice_at(url) as alice:
        await alice.create("kept")
    change(url, f"UPDATE owners SET position = {far}, horizon = {far}")
    take(url, file)

    restore(url, file, replace=True)

    found = rows(url, "SELECT position, horizon FROM owners")
    assert found == [(far + 2**32, far + 2**32)]


async def test_who_came_after_the_backup_has_to_start_over_as_well(url: str, file: Path) -> None:
    take(url, file)
    async with alice_at(url) as alice:
        await alice.create("lost")
        token = await next_of(alice)

    restore(url, file, replace=True)

    async with alice_at(url) as alice:
        await alice.create("new")
        await alice.create("newer")
        assert await told_since(alice, token) == 410


async def test_all_that_reads_and_writes_the_journal_goes_on(
    url: str, empty: str, file: Path
) -> None:
    async with alice_at(url) as alice:
        task = await alice.create("v1")
        await alice.send("PATCH", path_of(task), json={"title": "v2"})
        trashed = await alice.create("trashed")
        await alice.send("DELETE", path_of(trashed))
        listed = await alice.send("GET")
        take(url, file)

    restore(empty, file)

    async with alice_at(empty) as alice:
        known = {"if-none-match": listed.headers["etag"]}
        again = await alice.send("GET", headers=known)
        assert (again.status_code, again.json()) == (200, listed.json())
        token = await next_of(alice)
        assert (await alice.send("PATCH", path_of(task), json={"title": "v3"})).is_success
        assert (await alice.send("POST", path_of(task) + "/revert", json={"version": 1})).is_success
        assert (await alice.send("POST", path_of(trashed) + "/restore")).is_success
        batch = {"operations": [{"op": "edit", "id": task["id"], "task": {"title": "v5"}}]}
        assert (await alice.send("POST", "/tasks/batch", json=batch)).is_success
        changed = (await alice.send("GET", f"/changes?since={token}")).json()
        assert [item["title"] for item in changed["changes"]] == ["trashed", "v5"]
        history = (await alice.send("GET", path_of(task) + "/history")).json()
        assert [entry["version"] for entry in history] == [5, 4, 3, 2, 1]
        assert (await alice.read(task))["title"] == "v5"


async def test_old_entries_are_trimmed_though_the_horizon_is_far_beyond_them(
    url: str, file: Path
) -> None:
    async with alice_at(url) as alice:
        task = await alice.create()
        toggles = [{"op": "complete", "id": task["id"]}] * 100
        for _ in range(5):
            answer = await alice.send("POST", "/tasks/batch", json={"operations": toggles})
            assert answer.is_success
        take(url, file)
    restore(url, file, replace=True)
    horizon = rows(url, "SELECT horizon FROM owners")

    made = container(DATABASE_URL=url)
    made.now.override(providers.Object(lambda: datetime.now(UTC) + LATER))
    await made.storage().open()
    async with asyncio.timeout(PATIENCE):
        await made.trim_journals()()
    await made.storage().close()

    assert rows(url, "SELECT count(*) FROM journal") == [(0,)]
    assert rows(url, "SELECT horizon FROM owners") == horizon
    async with alice_at(url) as alice:
        token = await next_of(alice)
        await alice.create("new")
        assert await told_since(alice, token) == 200


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_who_listens_while_a_restore_is_forced_is_told_to_start_over(
    url: str, file: Path, tmp_path: Path
) -> None:
    settings = {**GOOD, "DATABASE_URL": url}
    with Server(tmp_path, **settings) as server, httpx2.Client(base_url=server.url) as client:
        token = run("token", "--user", ALICE, folder=tmp_path, **settings).stdout.strip()
        client.headers["authorization"] = f"Bearer {token}"
        client.post("/api/v1/tasks", json={"title": "kept"}).raise_for_status()
        take(url, file)
        since = client.get("/api/v1/changes").json()["next"]
        path = f"/api/v1/changes/stream?since={since}"
        with client.stream("GET", path, timeout=PATIENCE) as stream:
            refused = run("restore", str(file), "--replace", "--yes", folder=tmp_path, **settings)
            assert "connections of the service are open" in refused.stderr
            forced = ("--replace", "--yes", "--force")
            done = run("restore", str(file), *forced, folder=tmp_path, **settings)
            assert done.returncode == 0, done.stderr
            assert any("history_gone" in line for line in stream.iter_lines())
        assert len(client.get("/api/v1/tasks").json()) == 1
