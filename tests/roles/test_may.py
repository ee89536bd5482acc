"""All that the service does, done by the role that it is given (O11)."""

from collections.abc import AsyncIterator

import pytest

from entrypoints.container import Container
from tests.http.accounts import Member, call, register
from tests.http.api import Api, User, container, in_process, path_of
from tests.roles.made import Roles


@pytest.fixture
def service(made: Roles) -> Container:
    return container(DATABASE_URL=made.app, TRASH_DAYS="1")


@pytest.fixture
async def api(service: Container) -> AsyncIterator[Api]:
    async with in_process(service) as api:
        yield api


async def status(user: User, method: str, path: str, json: object = None) -> int:
    return (await user.send(method, path, json=json)).status_code


async def test_O11_the_life_of_a_task(api: Api) -> None:
    alice = api.user()
    operations = [{"op": "create", "task": {"title": str(n)}} for n in range(3)]

    task = await alice.create(tags=["home"], due_date="2026-12-01")
    path = path_of(task)

    assert await status(alice, "GET", "/tasks?q=milk&due_before=2027-01-01") == 200
    assert await status(alice, "PATCH", path, {"title": "Buy oat milk"}) == 200
    assert await status(alice, "PATCH", f"{path}/complete") == 200
    assert await status(alice, "POST", "/tasks/batch", {"operations": operations}) == 200
    assert await status(alice, "POST", f"{path}/revert", {"version": 1}) == 200
    assert await status(alice, "DELETE", path) == 204
    assert await status(alice, "GET", "/trash") == 200
    assert await status(alice, "POST", f"{path}/restore") == 200
    assert await status(alice, "DELETE", f"{path}?permanent=true") == 204
    assert await status(alice, "GET", "/changes") == 200
    again = {"idempotency-key": "k"}
    sent = [await alice.send("POST", json={"title": "once"}, headers=again) for _ in "12"]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].json() == sent[1].json()


async def test_O11_the_life_of_an_account(api: Api) -> None:
    member: Member = await register(api)
    await member.user.create()

    assert (await call(api.client, "POST", "/login", {"email": member.email, "password": "no"})
            ).status_code == 401  # fmt: skip
    member = await (await member.again()).next()
    assert (await member.ask("PATCH", "/me", {"name": "Alice"})).status_code == 200
    assert (await member.ask("GET", "/sessions")).status_code == 200
    assert (await member.ask("GET", "/me/export")).status_code == 200
    changed = {"current": "seven ducks on a lake", "new": "nine ducks on a lake"}
    assert (await member.ask("POST", "/password", changed)).status_code == 204
    erased = {"password": "nine ducks on a lake"}
    assert (await member.ask("POST", "/me/erase", erased)).status_code == 204
    assert not await member.gets_in()


async def test_O11_what_is_done_now_and_then(api: Api, service: Container) -> None:
    await api.user().create()

    for chore in (
        service.forget_receipts(),
        service.forget_sessions(),
        service.forget_tallies(),
        service.finish_erasures(),
        service.empty_trash(),
        service.trim_journals(),
    ):
        await chore()

    assert (await api.client.get("/health/ready")).status_code == 200
