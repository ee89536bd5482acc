"""To erase an account erases everything of theirs, and nothing of anybody else's (contract §7)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from dependency_injector import providers

from domain.owner import OWN, Actor, Owner
from entrypoints.container import Container
from tests.http.accounts import PASSWORD, WRONG, Member, log_in, refresh, register
from tests.http.answers import named, refusal
from tests.http.api import Api, container, in_process, path_of
from tests.http.clock import Clock
from tests.rows import everywhere

LATER = timedelta(minutes=6)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC).isoformat())


@pytest.fixture
def made(database_url: str, clock: Clock) -> Container:
    made = container(DATABASE_URL=database_url)
    made.now.override(providers.Object(clock))
    return made


@pytest.fixture
async def here(made: Container) -> AsyncIterator[Api]:
    """In process on every storage in turn, as late as the clock says."""
    async with in_process(made) as api:
        yield api


async def with_everything(api: Api) -> Member:
    """Somebody with tasks, a history, a trash, an answer that is kept, and two sessions."""
    ann = await register(api, name="Ann")
    task = await ann.user.create("a secret", description="a secret too", tags=["secret"])
    await ann.user.send("PATCH", path_of(task), json={"title": "another"})
    await ann.user.send("DELETE", path_of(await ann.user.create("thrown away")))
    kept = {"idempotency-key": f"key-{ann.id}"}
    assert (await ann.user.send("POST", json={"title": "kept"}, headers=kept)).status_code == 201
    await ann.again()
    return ann


async def erase(ann: Member) -> None:
    answer = await ann.ask("POST", "/me/erase", {"password": PASSWORD})
    assert answer.status_code == 204, answer.text


async def test_what_is_erased_is_gone_at_once_and_can_be_had_anew(api: Api) -> None:
    ann = await with_everything(api)
    other = await ann.again()

    await erase(ann)

    assert not any([await ann.gets_in(), await other.gets_in()])
    assert not any([await ann.goes_on(), await other.goes_on()])
    assert refusal(await log_in(api.client, ann.email)) == (401, "wrong_credentials")
    anew = await register(api, ann.email)
    assert anew.id != ann.id
    assert anew.grant["user"]["name"] is None
    assert (await anew.user.send("GET")).json() == []
    assert len((await anew.ask("GET", "/sessions")).json()) == 1


async def test_nobody_else_loses_anything(api: Api) -> None:
    ann, bob, external = await register(api), await with_everything(api), api.user()
    tasks = (await bob.user.send("GET")).json()
    task = await external.create()

    await erase(ann)

    assert (await bob.user.send("GET")).json() == tasks
    assert await external.read(task) == task
    assert (await bob.ask("GET", "/me")).json() == bob.grant["user"]
    assert await bob.goes_on()


@pytest.mark.parametrize("body", [{}, {"password": WRONG}, {"password": ""}, {"password": None}])
async def test_without_the_password_nothing_is_erased(api: Api, body: dict[str, str]) -> None:
    ann = await register(api)
    task = await ann.user.create()

    assert named(await ann.ask("POST", "/me/erase", body)) == ["#/password"]

    assert await ann.user.read(task) == task
    assert await ann.goes_on()


async def test_no_row_tells_of_who_was_erased(
    here: Api, made: Container, database_url: str, clock: Clock
) -> None:
    ann = await with_everything(here)
    bob = await with_everything(here)
    key = f"own/{ann.id}"
    before = await everywhere(made, database_url, Owner(ann.id, OWN), ann.email)
    assert before.keys() >= {"accounts", "sessions", "tasks", "journal", "receipts"}

    await erase(ann)
    at_once = await everywhere(made, database_url, Owner(ann.id, OWN), ann.email)
    await made.finish_erasures()()
    too_soon = await everywhere(made, database_url, Owner(ann.id, OWN), ann.email)
    clock.at += LATER
    await made.finish_erasures()()
    later = await everywhere(made, database_url, Owner(ann.id, OWN), ann.email)

    assert at_once == too_soon
    assert list(at_once) == ["accounts"]
    (row,) = at_once["accounts"]
    assert ann.email not in str(row)
    assert {name for name, value in row.items() if value is not None} == {
        "owner_id", "created_at", "erased_at", "version"
    }  # fmt: skip
    assert row["owner_id"] == key
    assert later == {}
    of_bob = await everywhere(made, database_url, Owner(bob.id, OWN), bob.email)
    assert of_bob.keys() == before.keys()


async def test_C06_what_is_written_meanwhile_is_erased_in_the_end(
    here: Api, made: Container, database_url: str, clock: Clock
) -> None:
    ann = await with_everything(here)
    statuses = set[int]()

    async def keep_writing() -> None:
        while True:
            answer = await ann.user.send("POST", json={"title": "late"})
            statuses.add(answer.status_code)
            if answer.status_code != 201:
                return
            await asyncio.sleep(0)  # in memory nothing else waits

    writers = [asyncio.create_task(keep_writing()) for _ in range(4)]
    await asyncio.sleep(0.05)
    await erase(ann)
    await asyncio.gather(*writers)
    clock.at += LATER
    await made.finish_erasures()()

    assert statuses == {201, 401}
    assert await everywhere(made, database_url, Owner(ann.id, OWN), ann.email) == {}


async def test_C06_so_is_what_was_under_way_when_all_was_erased(
    here: Api, made: Container, database_url: str, clock: Clock
) -> None:
    ann = await with_everything(here)
    owner = Owner(ann.id, OWN)

    await erase(ann)
    await made.create_task()(Actor(owner), owner, {"title": "late"})
    orphaned = await everywhere(made, database_url, owner, ann.email)
    clock.at += LATER
    await made.finish_erasures()()

    assert {"accounts", "tasks", "journal"} <= orphaned.keys()
    assert await everywhere(made, database_url, owner, ann.email) == {}


async def test_C06_of_two_who_erase_at_once_one_is_late(api: Api) -> None:
    ann = await with_everything(api)

    answers = await asyncio.gather(
        *(ann.ask("POST", "/me/erase", {"password": PASSWORD}) for _ in range(3))
    )

    assert min(answer.status_code for answer in answers) == 204
    assert {answer.status_code for answer in answers} <= {204, 401}
    assert not await ann.gets_in()


async def test_C06_a_login_or_refresh_under_way_leaves_no_session(
    here: Api, made: Container, database_url: str, clock: Clock
) -> None:
    ann = await register(here)

    answers = await asyncio.gather(
        log_in(here.client, ann.email),
        refresh(here.client, ann.refresh_token),
        ann.ask("POST", "/me/erase", {"password": PASSWORD}),
        log_in(here.client, ann.email),
        refresh(here.client, ann.refresh_token),
    )

    assert answers[2].status_code == 204
    assert {answer.status_code for answer in answers} <= {200, 204, 401}
    left = await everywhere(made, database_url, Owner(ann.id, OWN), ann.email)
    assert list(left) == ["accounts"]
