"""Who got in, who did not and what was ended is in the log; nobody's name or secret is (O12)."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.http.accounts import PASSWORD, WRONG, Member, call, log_in, new_email, refresh, register
from tests.http.api import Api, User, container, in_process
from tests.http.trail import Trail
from tests.log_lines import LogLines


@pytest.fixture
def trail(log_lines: LogLines) -> Iterator[Trail]:
    trail = Trail(log_lines, {PASSWORD, WRONG})
    yield trail
    trail.check()


@pytest.fixture
async def ann(memory_api: Api, trail: Trail) -> Member:
    ann = await register(memory_api)
    trail.keep_from(ann)
    return ann


@pytest.fixture
def who(trail: Trail, ann: Member) -> str:
    """How Ann is called in the trail, which so far says that she registered."""
    ((what, said),) = trail.events()
    assert what == "account.registered"
    assert said.keys() == {"who", "address"}
    assert said["address"] == "127.0.0.1"
    return said["who"]


async def test_O12_a_login_is_recorded_and_so_is_one_that_failed(
    memory_api: Api, trail: Trail, ann: Member, who: str
) -> None:
    trail.keep_from(await ann.again())
    nobody = new_email()
    trail.secrets.add(nobody)

    await log_in(memory_api.client, ann.email, WRONG)
    await log_in(memory_api.client, nobody)

    (succeeded, to_ann, to_nobody) = trail.events()
    assert succeeded == ("login.succeeded", {"who": who, "address": "127.0.0.1"})
    assert [to_ann[0], to_nobody[0]] == ["login.failed"] * 2
    assert to_ann[1].keys() == to_nobody[1].keys() == {"who", "address"}
    assert to_ann[1]["who"] != to_nobody[1]["who"]


async def test_O12_a_login_that_had_to_wait_is_recorded(
    memory_api: Api, trail: Trail, ann: Member, who: str
) -> None:
    for _ in range(5):
        await log_in(memory_api.client, ann.email, WRONG)
    await log_in(memory_api.client, ann.email)

    events = trail.events()
    assert [what for what, _ in events] == ["login.failed"] * 5 + ["login.throttled"]
    assert len({said["who"] for _, said in events}) == 1


async def test_O12_a_reuse_is_told_from_a_token_that_is_none(
    memory_api: Api, trail: Trail, ann: Member, who: str
) -> None:
    second = await ann.next()
    trail.keep_from(second, await second.next())
    await refresh(memory_api.client, ann.refresh_token)
    await refresh(memory_api.client, ann.refresh_token)

    about = {"who": who, "address": "127.0.0.1"}
    assert trail.events() == [("refresh.reuse_detected", about), ("refresh.refused", about)]


async def test_O12_what_ends_sessions_is_recorded(trail: Trail, ann: Member, who: str) -> None:
    other = await ann.again()
    trail.keep_from(other)
    trail.events()
    about = {"who": who, "address": "127.0.0.1"}

    await other.ask("POST", "/logout")
    assert trail.events() == [("session.ended", about)]

    await ann.ask("POST", "/password", {"current": PASSWORD, "new": WRONG})
    assert trail.events() == [("password.changed", about)]

    await ann.ask("GET", "/me/export")
    assert trail.events() == [("account.exported", about)]

    await ann.ask("POST", "/me/erase", {"password": WRONG})
    assert trail.events() == [("account.erased", about)]


@pytest.mark.parametrize("token", ["x", "canary.canary.canary", ""])
async def test_O12_a_token_that_is_refused_is_recorded_with_the_reason(
    memory_api: Api, trail: Trail, token: str
) -> None:
    trail.secrets.add("canary")

    await memory_api.client.get("/api/v1/tasks", headers={"authorization": f"Bearer {token}"})

    if not token:
        assert trail.events() == []
        return
    ((what, said),) = trail.events()
    assert what == "token.refused"
    assert said["reason"]


async def test_so_is_one_whose_session_has_ended(trail: Trail, ann: Member, who: str) -> None:
    await ann.ask("POST", "/logout")
    assert not await ann.gets_in()

    assert trail.events()[1] == ("token.refused", {"reason": "its session has ended"})


async def test_O12_who_asks_for_the_tasks_of_others_is_recorded(
    memory_api: Api, trail: Trail, ann: Member, who: str
) -> None:
    bob = memory_api.user()
    trail.secrets |= {bob.subject, bob.token}

    for user in (ann.user, bob):
        await User(user.client, "somebody", user.token).send("GET")

    (by_ann, by_bob) = trail.events()
    assert by_ann == ("owner.refused", {"who": who})
    assert by_bob[0] == "owner.refused"
    assert by_bob[1]["who"] != who


async def test_O05_bodies_that_are_refused_leave_no_trace(
    memory_api: Api, trail: Trail, ann: Member, who: str
) -> None:
    canary = {"email": "canary@", "password": "canary\x00", "canary": "canary", "name": ["canary"]}
    trail.secrets.add("canary@")
    paths = ("/register", "/login", "/refresh", "/logout", "/password", "/me/erase")

    for path in paths:
        for body in (canary, {**canary, "refresh_token": ann.refresh_token}, [ann.token]):
            await call(memory_api.client, "POST", path, body, token=ann.token)
    for raw in (b'{"email": "canary@', ann.refresh_token.encode()):
        await memory_api.client.post(
            "/api/v1/auth/login", content=raw, headers={"content-type": "application/json"}
        )

    assert trail.events() == []


@pytest.fixture
async def elsewhere() -> AsyncIterator[Api]:
    """A service with another secret."""
    secret = "4tGz_9Vb-2kQwXs8LmN7pRj3HcFd6YeA"
    made = container(JWT_SECRET=secret)
    async with in_process(made) as api:
        yield api


async def test_O12_nobody_can_be_looked_up_without_the_secret(
    memory_api: Api, elsewhere: Api, trail: Trail
) -> None:
    email = new_email()

    for api in (memory_api, elsewhere, memory_api):
        await log_in(api.client, email, WRONG)

    here, there, again = (said["who"] for _, said in trail.events())
    assert here == again != there
