"""Who guesses at one account is slowed down, and nobody else (R11, B03)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import Response

from tests.http.accounts import (
    PASSWORD,
    WRONG,
    Member,
    living_at,
    log_in,
    new_email,
    refresh,
    register,
)
from tests.http.answers import anonymous, named, refusal
from tests.http.api import Api
from tests.http.clock import Clock

FREE = 5
THROTTLED = (429, "too_many_tries")


async def guess(api: Api, email: str, times: int = FREE) -> list[tuple[int, str]]:
    return [refusal(await log_in(api.client, email, WRONG)) for _ in range(times)]


def wait_of(answer: Response) -> int:
    assert refusal(answer) == THROTTLED
    assert answer.headers["cache-control"] == "no-store"
    assert "www-authenticate" not in answer.headers
    return int(answer.headers["retry-after"])


async def test_R11_after_five_wrong_passwords_even_the_right_one_has_to_wait(api: Api) -> None:
    ann = await register(api)

    assert await guess(api, ann.email) == [(401, "wrong_credentials")] * FREE

    wrong, right = await log_in(api.client, ann.email, WRONG), await log_in(api.client, ann.email)
    assert 20 < wait_of(right) <= wait_of(wrong) <= 30
    written_otherwise = await log_in(api.client, f" {ann.email.upper()}")
    assert refusal(written_otherwise) == THROTTLED


async def test_B08_who_has_no_account_is_slowed_down_just_so(api: Api) -> None:
    ann, nobody = await register(api), new_email()

    for email in (ann.email, nobody):
        assert await guess(api, email) == [(401, "wrong_credentials")] * FREE
    of_ann, of_nobody = [await log_in(api.client, email) for email in (ann.email, nobody)]

    assert abs(wait_of(of_ann) - wait_of(of_nobody)) <= 10
    for answer in (of_ann, of_nobody):
        answer.headers["retry-after"] = "some"
    assert anonymous(of_ann) == anonymous(of_nobody)


async def test_R11_it_is_no_lever_against_whoever_is_in(api: Api) -> None:
    ann, other = await register(api), await register(api)
    task = await ann.user.create()
    await guess(api, ann.email, FREE + 1)

    assert await ann.gets_in()
    assert await ann.user.read(task) == task
    later = await ann.next()
    assert await later.gets_in()
    changed = await later.ask("POST", "/password", {"current": PASSWORD, "new": WRONG[::-1]})
    assert changed.status_code == 204
    assert (await other.again()).id == other.id


async def test_R11_many_guesses_at_once_are_no_way_round(api: Api) -> None:
    ann = await register(api)

    answers = await asyncio.gather(*(log_in(api.client, ann.email, WRONG) for _ in range(20)))

    verdicts = [refusal(answer) for answer in answers]
    assert set(verdicts) == {(401, "wrong_credentials"), THROTTLED}
    assert verdicts.count((401, "wrong_credentials")) == FREE


async def test_who_gets_in_begins_anew(api: Api) -> None:
    ann = await register(api)

    for _ in range(3):
        await guess(api, ann.email, FREE - 1)
        assert (await ann.again()).id == ann.id


@pytest.mark.parametrize(
    ("path", "body", "member"),
    [
        ("/password", {"current": WRONG, "new": WRONG[::-1]}, "#/current"),
        ("/me/erase", {"password": WRONG}, "#/password"),
    ],
)
async def test_who_found_a_token_cannot_guess_the_password_with_it(
    api: Api, path: str, body: dict[str, str], member: str
) -> None:
    ann = await register(api)

    for _ in range(FREE):
        assert named(await ann.ask("POST", path, body)) == [member]

    assert 20 < wait_of(await ann.ask("POST", path, body)) <= 30
    right = [
        await ann.ask("POST", "/password", {"current": PASSWORD, "new": WRONG[::-1]}),
        await ann.ask("POST", "/me/erase", {"password": PASSWORD}),
    ]
    assert [refusal(answer) for answer in right] == [THROTTLED] * 2
    assert (await ann.again()).id == ann.id


async def test_R11_the_wait_doubles_and_then_it_is_over(database_url: str) -> None:
    clock = Clock(datetime.now(UTC).isoformat())

    async with living_at(clock, DATABASE_URL=database_url) as api:
        ann = await register(api)
        await guess(api, ann.email)
        for wait in (30, 60, 120):
            assert wait_of(await log_in(api.client, ann.email)) == wait
            clock.at += timedelta(seconds=wait - 1)
            assert wait_of(await log_in(api.client, ann.email)) == 1
            clock.at += timedelta(seconds=1)
            assert await guess(api, ann.email, 1) == [(401, "wrong_credentials")]
        clock.at += timedelta(seconds=240)
        assert (await ann.again()).id == ann.id
        assert await guess(api, ann.email) == [(401, "wrong_credentials")] * FREE


async def test_R11_a_guesser_has_ten_tries_in_15_minutes_and_few_a_day(database_url: str) -> None:
    clock = Clock(datetime.now(UTC).isoformat())
    began, tried = clock.at, list[timedelta]()

    async with living_at(clock, DATABASE_URL=database_url) as api:
        email = new_email()
        while clock.at - began < timedelta(days=1):
            answer = await log_in(api.client, email, WRONG)
            if answer.status_code == 401:
                tried.append(clock.at - began)
            else:
                clock.at += timedelta(seconds=wait_of(answer))

    assert sum(at < timedelta(minutes=15) for at in tried) <= 10
    assert 20 < len(tried) < 40


async def test_R11_an_outage_of_patience_is_kept_through_other_peoples_tries(
    api: Api,
) -> None:
    ann, eve = await register(api), await register(api)
    await guess(api, ann.email, FREE + 1)

    for _ in range(3):
        assert (await eve.again()).id == eve.id
    turned = await refresh(api.client, eve.refresh_token)

    assert turned.status_code == 200
    assert refusal(await log_in(api.client, ann.email)) == THROTTLED


async def test_a_throttled_member_is_known_by_no_header(api: Api) -> None:
    ann: Member = await register(api)
    await guess(api, ann.email)

    answer = await log_in(api.client, ann.email)

    assert ann.email not in str(answer.headers)
    assert ann.email not in answer.text
