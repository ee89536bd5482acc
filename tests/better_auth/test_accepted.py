"""Users of a real Better Auth have tasks here, and nothing but settings was needed for it."""

from collections.abc import AsyncIterator, Callable, Iterator

import jwt
import pytest

from tests.better_auth.server import Algorithm, BetterAuth
from tests.better_auth.service import Service, over_socket, settings_for, subject, taskhaven
from tests.http.answers import refusal
from tests.http.api import FORMS, User
from tests.http.server import Server


@pytest.fixture
async def service(better_auth: BetterAuth) -> AsyncIterator[Service]:
    """In process, for users of a Better Auth of every algorithm in turn."""
    async with taskhaven(**settings_for(better_auth)) as service:
        yield service


@pytest.fixture(scope="module")
def eddsa(better_auth_signing: Callable[[Algorithm], BetterAuth]) -> BetterAuth:
    """A Better Auth as its documentation begins."""
    return better_auth_signing("EdDSA")


@pytest.fixture(scope="module")
def server(eddsa: BetterAuth, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`taskhaven serve` in a folder of its own, without any secret."""
    settings = {**settings_for(eddsa), "JWT_SECRET": ""}
    with Server(tmp_path_factory.mktemp("better-auth"), **settings) as server:
        yield server
        assert not server.log


async def use(user: User) -> None:
    """Everything that a user does with a task."""
    assert (await user.send("GET")).json() == []
    task = await user.create("Buy milk", priority="high")
    assert task["user_id"] == user.subject

    renamed = await user.send("PATCH", f"/tasks/{task['id']}", json={"title": "Buy oat milk"})
    assert renamed.status_code == 200, renamed.text
    done = await user.send("PATCH", f"/tasks/{task['id']}/complete")
    assert (await user.read(task)) == done.json()
    assert (done.json()["title"], done.json()["completed"]) == ("Buy oat milk", True)

    assert (await user.send("DELETE", f"/tasks/{task['id']}")).status_code == 204
    assert (await user.send("GET")).json() == []


async def test_a_user_reads_and_writes_their_tasks(
    better_auth: BetterAuth, service: Service
) -> None:
    token = better_auth.sign_up("alice")

    user = service.user(token)
    assert len(user.subject) == 32
    for form in FORMS:
        await use(user.at(form))


async def test_two_users_know_nothing_of_each_other(
    better_auth: BetterAuth, service: Service
) -> None:
    alice, bob = (service.user(better_auth.sign_up(name)) for name in ("alice", "bob"))
    task = await alice.create()

    assert refusal(await bob.send("GET", f"/tasks/{task['id']}")) == (404, "task_not_found")
    foreign = User(bob.client, alice.subject, bob.token)
    assert refusal(await foreign.send("GET")) == (403, "forbidden")
    assert refusal(await foreign.send("GET", f"/tasks/{task['id']}")) == (403, "forbidden")
    assert (await alice.read(task)) == task


async def test_the_next_token_is_the_same_users(better_auth: BetterAuth, service: Service) -> None:
    first = better_auth.sign_up("alice")
    task = await service.user(first).create()

    again = service.user(better_auth.token())

    assert (await again.read(task)) == task


@pytest.mark.parametrize(
    "other",
    [
        {"JWT_ISSUER": "https://id.example.org"},
        {"JWT_AUDIENCE": "https://tasks.example.org"},
        {"JWT_ISSUER": "{url}/"},
        {"JWT_AUDIENCE": "{url}/,http://127.0.0.1"},
    ],
    ids=str,
)
async def test_a_token_for_another_service_or_of_another_issuer_is_refused(
    eddsa: BetterAuth, other: dict[str, str]
) -> None:
    given = {name: text.replace("{url}", eddsa.url) for name, text in other.items()}

    async with taskhaven(**{**settings_for(eddsa), **given}) as strict:
        assert await strict.status(eddsa.sign_up("alice")) == 401


async def test_one_audience_of_several_is_enough(eddsa: BetterAuth) -> None:
    settings = settings_for(eddsa) | {"JWT_AUDIENCE": f"other, {eddsa.audience}"}

    async with taskhaven(**settings) as service:
        assert await service.status(eddsa.sign_up("alice")) == 200


async def test_an_algorithm_that_settings_leave_out_is_refused(better_auth: BetterAuth) -> None:
    others = {"EdDSA", "ES256", "ES512", "RS256", "PS256"} - {better_auth.algorithm}
    settings = settings_for(better_auth)
    token = better_auth.sign_up("alice")

    async with taskhaven(**settings, JWT_ALGORITHMS=",".join(others)) as strict:
        assert await strict.status(token) == 401
    async with taskhaven(**settings, JWT_ALGORITHMS=better_auth.algorithm) as exact:
        assert await exact.status(token) == 200


async def test_what_is_changed_on_the_way_is_refused(
    better_auth: BetterAuth, service: Service
) -> None:
    alice, bob = (better_auth.sign_up(name) for name in ("alice", "bob"))
    head, claims, signature = alice.split(".")
    forged = jwt.encode(
        jwt.decode(alice, options={"verify_signature": False}),
        "the-secret-of-nobody-at-all-that-is-long",
        headers={"kid": jwt.get_unverified_header(alice)["kid"]},
    )

    for token in (f"{head}.{bob.split('.')[1]}.{signature}", f"{head}.{claims}.", forged):
        assert await service.status(token) == 401


async def test_two_better_auths_have_two_alices(
    better_auth_signing: Callable[[Algorithm], BetterAuth],
) -> None:
    first, second = better_auth_signing("EdDSA"), better_auth_signing("ES256")
    further = (
        f'[{{"name": "second", "issuer": "{second.issuer}", "jwks_url": "{second.jwks_url}",'
        f' "audiences": ["{second.audience}"]}}]'
    )

    async with taskhaven(**settings_for(first), JWT_ISSUERS=further) as service:
        for better_auth in (first, second):
            await use(service.user(better_auth.sign_up("alice")))


async def test_over_a_socket_a_user_reads_and_writes_their_tasks(
    server: Server, eddsa: BetterAuth
) -> None:
    token = eddsa.sign_up("alice")

    async with over_socket(server.url) as service:
        await use(service.user(token))
        head, claims, signature = token.split(".")
        assert await service.status(f"{head}.{claims}.{signature[::-1]}") == 401

    assert subject(token) not in server.welcome


async def test_over_a_socket_there_are_no_accounts_beside_them(server: Server) -> None:
    async with over_socket(server.url) as service:
        for path in ("/auth/register", "/api/v1/auth/login", "/api/v1/auth/jwks"):
            answer = await service.client.post(path, json={})
            assert refusal(answer)[0] == 404
