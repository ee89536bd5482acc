"""Whoever cannot log in learns nothing of why, nor is it to be told by the work done (R10, B08)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from dependency_injector import providers
from httpx2 import Response

from adapters.passwords.argon2id import Argon2id
from domain.credentials import Email, Password
from entrypoints.container import Container
from tests.http.accounts import (
    PASSWORD,
    WRONG,
    call,
    disable,
    log_in,
    new_email,
    refresh,
    register,
)
from tests.http.answers import anonymous, refusal
from tests.http.api import Api, container, in_process


@pytest.fixture
def made(database_url: str) -> Container:
    return container(DATABASE_URL=database_url)


@pytest.fixture
async def here(made: Container) -> AsyncIterator[Api]:
    """In process on every storage in turn, beside an operator."""
    async with in_process(made) as api:
        yield api


class Counting(Argon2id):
    """Remembers what it was asked to do."""

    def __init__(self) -> None:
        super().__init__()
        self.work: list[str] = []

    async def hash(self, password: Password) -> str:
        self.work.append("hash")
        return await super().hash(password)

    def _fits(self, password: Password, kept: str) -> bool:
        cost = kept.rpartition("$")[0].rpartition("$")[0]
        self.work.append(cost)
        return super()._fits(password, kept)


async def refusals(made: Container, api: Api) -> dict[str, Response]:
    ann, eve = await register(api), await register(api)
    await disable(made, eve.email)
    return {
        "a wrong password": await log_in(api.client, ann.email, WRONG),
        "one that is too short": await log_in(api.client, ann.email, "x"),
        "an empty one": await log_in(api.client, ann.email, ""),
        "an unknown user": await log_in(api.client, new_email()),
        "a disabled user": await log_in(api.client, eve.email),
        "a disabled user, and a wrong password": await log_in(api.client, eve.email, WRONG),
    }


async def test_R10_every_failure_is_the_same_answer(made: Container, here: Api) -> None:
    answers = await refusals(made, here)

    first, *others = answers.values()
    assert refusal(first) == (401, "wrong_credentials")
    assert first.headers["www-authenticate"] == "Bearer"
    assert first.headers["cache-control"] == "no-store"
    for answer in others:
        assert anonymous(answer) == anonymous(first)
        assert [name for name, _ in answer.headers.raw] == [name for name, _ in first.headers.raw]


async def test_R10_every_failure_is_the_same_work(made: Container) -> None:
    hasher = Counting()
    made.hasher.override(providers.Object(hasher))
    async with in_process(made) as api:
        ann, eve = await register(api), await register(api)
        await disable(made, eve.email)
        done = []
        for email, password in [(ann.email, WRONG), (new_email(), WRONG), (eve.email, PASSWORD)]:
            hasher.work.clear()
            await log_in(api.client, email, password)
            done.append(list(hasher.work))

    assert done == [["$argon2id$v=19$m=19456,t=2,p=1"]] * 3


async def test_a_disabled_account_has_no_session_and_gets_none(made: Container, here: Api) -> None:
    ann = await register(here)
    other = await register(here)

    await disable(made, ann.email)

    assert refusal(await refresh(here.client, ann.refresh_token)) == (401, "invalid_refresh_token")
    assert refusal(await log_in(here.client, ann.email)) == (401, "wrong_credentials")
    taken = await call(here.client, "POST", "/register", {"email": ann.email, "password": PASSWORD})
    assert refusal(taken) == (409, "email_taken")
    assert await other.gets_in()
    assert await other.goes_on()


async def test_an_account_that_is_enabled_again_has_all_it_had_but_sessions(
    made: Container, here: Api
) -> None:
    ann = await register(here)
    task = await ann.user.create()

    await disable(made, ann.email)
    await made.enable_account()(Email.read(ann.email))

    assert refusal(await refresh(here.client, ann.refresh_token)) == (401, "invalid_refresh_token")
    again = await ann.again()
    assert (await again.user.send("GET")).json() == [task]


async def test_R16_of_many_who_register_at_once_one_has_the_address(api: Api) -> None:
    email = new_email()
    forms = [email, email.upper(), email.capitalize(), f" {email}"] * 2

    answers = await asyncio.gather(
        *(
            call(api.client, "POST", "/register", {"email": form, "password": PASSWORD})
            for form in forms
        )
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    (winner,) = [answer.json()["user"] for answer in answers if answer.is_success]
    assert (await log_in(api.client, email)).json()["user"] == winner


async def test_R13_many_who_log_in_at_once_all_get_in(api: Api) -> None:
    members = [await register(api) for _ in range(4)]

    grants = await asyncio.gather(*(member.again() for member in members * 4))

    assert len({grant.refresh_token for grant in grants}) == 16
    for member in members:
        assert len((await member.ask("GET", "/sessions")).json()) == 5
