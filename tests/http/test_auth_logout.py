"""Logging out ends the session of the access token, of the refresh token, or of both."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from tests.http.accounts import Member, call, living_at, refresh, register
from tests.http.answers import named, refusal
from tests.http.api import Api
from tests.http.clock import Clock


async def log_out(api: Api, access: str | None = None, refresh_token: str | None = None) -> int:
    body = None if refresh_token is None else {"refresh_token": refresh_token}
    answer = await call(api.client, "POST", "/logout", body, token=access)
    if answer.status_code == 204:
        assert answer.content == b""
        assert answer.headers["cache-control"] == "no-store"
    else:
        assert refusal(answer) == (401, "unauthorized")
    return answer.status_code


async def is_over(member: Member) -> bool:
    over = [not await member.gets_in(), not await member.goes_on()]
    assert over[0] == over[1]
    return over[0]


@pytest.fixture
async def ann(api: Api) -> Member:
    return await register(api)


@pytest.fixture
async def sibling(ann: Member) -> Member:
    """Another session of Ann's."""
    return await ann.again()


async def test_by_the_access_token_alone(api: Api, ann: Member, sibling: Member) -> None:
    assert await log_out(api, access=ann.token) == 204

    assert await is_over(ann)
    assert not await is_over(sibling)


async def test_an_empty_object_says_nothing_more(api: Api, ann: Member, sibling: Member) -> None:
    assert (await ann.ask("POST", "/logout", {})).status_code == 204

    assert await is_over(ann)
    assert not await is_over(sibling)


async def test_by_the_refresh_token_alone(api: Api, ann: Member, sibling: Member) -> None:
    assert await log_out(api, refresh_token=ann.refresh_token) == 204

    assert await is_over(ann)
    assert not await is_over(sibling)


async def test_by_both_of_one_session(api: Api, ann: Member, sibling: Member) -> None:
    assert await log_out(api, ann.token, ann.refresh_token) == 204

    assert await is_over(ann)
    assert not await is_over(sibling)


async def test_by_both_of_two_sessions(api: Api, ann: Member, sibling: Member) -> None:
    third = await ann.again()

    assert await log_out(api, ann.token, sibling.refresh_token) == 204

    assert await is_over(ann)
    assert await is_over(sibling)
    assert not await is_over(third)


async def test_by_those_of_two_people(api: Api, ann: Member) -> None:
    bob = await register(api)

    assert await log_out(api, ann.token, bob.refresh_token) == 204

    assert await is_over(ann)
    assert await is_over(bob)


async def test_by_neither_is_refused(api: Api) -> None:
    assert await log_out(api) == 401
    assert refusal(await call(api.client, "POST", "/logout", {})) == (401, "unauthorized")


@pytest.mark.parametrize("garbage", ["", "x", "thrt_x", "thrt_" + "A" * 91, "é"])
async def test_a_refresh_token_that_is_none_has_nothing_to_end(
    api: Api, ann: Member, garbage: str
) -> None:
    assert await log_out(api, refresh_token=garbage) == 204
    assert not await is_over(ann)


async def test_nor_has_one_whose_secret_is_wrong(api: Api, ann: Member) -> None:
    assert await log_out(api, refresh_token=ann.refresh_token[:-20] + "A" * 20) == 204
    assert not await is_over(ann)


async def test_garbage_does_not_save_the_access_tokens_session(api: Api, ann: Member) -> None:
    assert await log_out(api, ann.token, "garbage") == 204
    assert await is_over(ann)


async def test_a_refresh_token_that_is_no_text_is_a_bad_field(api: Api, ann: Member) -> None:
    values: tuple[object, ...] = (None, 1, [], {})
    for value in values:
        answer = await ann.ask("POST", "/logout", {"refresh_token": value})
        assert named(answer) == ["#/refresh_token"]
    assert not await is_over(ann)


@pytest.mark.parametrize("turns", [1, 2, 5])
async def test_an_old_refresh_token_ends_its_session_too(
    api: Api, ann: Member, sibling: Member, turns: int
) -> None:
    newest = ann
    for _ in range(turns):
        newest = await newest.next()

    assert await log_out(api, refresh_token=ann.refresh_token) == 204

    assert await is_over(newest)
    assert not await is_over(sibling)


async def test_twice_is_as_good_as_once(api: Api, ann: Member) -> None:
    assert await log_out(api, ann.token, ann.refresh_token) == 204

    assert await log_out(api, refresh_token=ann.refresh_token) == 204
    assert await log_out(api, access=ann.token) == 401
    assert await log_out(api, ann.token, ann.refresh_token) == 204


@pytest.mark.parametrize("bad", ["x", "a.b.c"])
async def test_a_bad_access_token_is_no_reason_to_let_a_session_live(
    api: Api, ann: Member, bad: str
) -> None:
    assert await log_out(api, access=bad) == 401
    assert await log_out(api, bad, ann.refresh_token) == 204
    assert await is_over(ann)


async def test_nor_is_one_that_has_expired(database_url: str) -> None:
    clock = Clock(datetime.now(UTC).isoformat())
    async with living_at(clock, DATABASE_URL=database_url) as api:
        ann = await register(api)
        clock.at += timedelta(hours=1)

        assert await log_out(api, access=ann.token) == 401
        assert await log_out(api, ann.token, ann.refresh_token) == 204

        assert (await refresh(api.client, ann.refresh_token)).status_code == 401


async def test_who_has_no_account_has_no_session_to_end(api: Api, ann: Member) -> None:
    stranger = api.user()

    answer = await call(api.client, "POST", "/logout", token=stranger.token)

    assert refusal(answer) == (403, "no_account")
    assert (await stranger.send("GET")).status_code == 200


async def test_T33_the_access_token_is_dead_at_once_wherever_it_is_used(
    api: Api, ann: Member
) -> None:
    task = await ann.user.create()
    session = jwt.decode(ann.token, options={"verify_signature": False})["sid"]

    await log_out(api, refresh_token=ann.refresh_token)

    for method, path in [("GET", "/tasks"), ("POST", "/tasks"), ("GET", f"/tasks/{task['id']}")]:
        answer = await ann.user.send(
            method, path, json={"title": "x"} if method == "POST" else None
        )
        assert refusal(answer) == (401, "unauthorized")
    for method, path in [
        *(("GET", path) for path in ("/me", "/sessions", "/me/export")),
        *(("POST", path) for path in ("/logout", "/password", "/me/erase")),
        *(("PATCH", "/me"), ("DELETE", f"/sessions/{session}")),
    ]:
        answer = await ann.ask(method, path)
        assert refusal(answer) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
