"""ACCOUNTS decides who may have an account, and whether anybody has one (contract §7)."""

import pytest

from domain.credentials import Email
from entrypoints.worker import assemble
from tests.http.accounts import PASSWORD, Member, call, log_in, new_email, register
from tests.http.answers import anonymous, refusal
from tests.http.api import container, in_process
from tests.http.test_auth_methods import PATHS, PREFIXES

KEY_SET = {"JWT_JWKS_URL": "http://127.0.0.1:1/jwks", "JWT_ISSUER": "https://idp.example"}


async def test_closed_lets_in_who_has_an_account_and_nobody_register() -> None:
    made = container(ACCOUNTS="closed")
    email = new_email()
    async with in_process(made) as api:
        await made.add_account()({"email": email, "password": PASSWORD, "name": "Ann"})

        refused = await call(
            api.client, "POST", "/register", {"email": new_email(), "password": PASSWORD}
        )
        let_in = await log_in(api.client, email)
        ann = Member(api.client, email, let_in.json())

        assert refusal(refused) == (403, "registration_closed")
        assert let_in.status_code == 200
        assert ann.grant["user"]["name"] == "Ann"
        assert await (await ann.next()).gets_in()
        assert (await ann.ask("GET", "/me")).json() == ann.grant["user"]
        assert await made.accounts().find(Email.read(email)) is not None


async def test_closed_says_so_whether_or_not_an_address_is_taken() -> None:
    made = container(ACCOUNTS="closed")
    email = new_email()
    async with in_process(made) as api:
        await made.add_account()({"email": email, "password": PASSWORD})

        taken, free, bad = [
            await call(api.client, "POST", "/register", {"email": said, "password": "x"})
            for said in (email, new_email(), "no address")
        ]

    assert refusal(taken) == (403, "registration_closed")
    assert anonymous(taken) == anonymous(free) == anonymous(bad)


async def test_off_is_no_route_and_no_token_of_ours() -> None:
    on, off = container(), container(ACCOUNTS="off")
    off.ports.override(on.ports)
    async with in_process(on) as api:
        ann = await register(api)
        await ann.user.create()

    async with in_process(off) as api:
        for prefix in PREFIXES:
            for path in PATHS:
                for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE", "PATCH"):
                    answer = await api.client.request(method, f"{prefix}{path}")
                    assert answer.status_code == 404
        late = ann.at(api.client)
        answers = [await late.user.send("GET"), await late.user.send("POST", json={"title": "x"})]
        stranger = (await api.user().send("GET")).status_code

    assert [refusal(answer) for answer in answers] == [(401, "unauthorized")] * 2
    assert stranger == 200


async def test_off_leaves_the_path_auth_to_somebody_of_that_name() -> None:
    async with in_process(container(ACCOUNTS="off")) as api:
        auth = api.user("auth")

        task = await auth.create()

        assert (await auth.send("GET")).json() == [task]


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({}, 422),
        ({"ACCOUNTS": "on"}, 422),
        ({"ACCOUNTS": "closed"}, 422),
        ({"ACCOUNTS": "off"}, 404),
        (KEY_SET, 404),
        ({**KEY_SET, "ACCOUNTS": "on"}, 422),
    ],
)
async def test_there_are_accounts_unless_somebody_else_has_them(
    settings: dict[str, str], status: int
) -> None:
    made = container(**settings)
    async with in_process(container()) as api:
        ann = await register(api)

    async with in_process(container(), assemble(made)) as api:
        answer = await call(api.client, "POST", "/login", {})
        foreign = await ann.at(api.client).user.send("GET")

    assert answer.status_code == status
    assert refusal(foreign) == (401, "unauthorized")
