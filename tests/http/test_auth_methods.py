"""Where the routes of accounts are, and what can be done there (contract §1, N22)."""

import pytest

from tests.http.accounts import PASSWORD, call, new_email, register
from tests.http.answers import anonymous, refusal
from tests.http.api import Api, Json

PREFIXES = ("/api/v1", "/api")
PATHS = {
    "/auth/register": "OPTIONS, POST",
    "/auth/login": "OPTIONS, POST",
    "/auth/refresh": "OPTIONS, POST",
    "/auth/logout": "OPTIONS, POST",
    "/auth/me": "GET, HEAD, OPTIONS, PATCH",
    "/auth/me/erase": "OPTIONS, POST",
    "/auth/me/export": "GET, HEAD, OPTIONS",
    "/auth/password": "OPTIONS, POST",
    "/auth/sessions": "GET, HEAD, OPTIONS",
    "/auth/sessions/{id}": "DELETE, OPTIONS",
    "/auth/jwks": "GET, HEAD, OPTIONS",
}
ALLOWED = {f"{prefix}{path}": PATHS[path] for prefix in PREFIXES for path in PATHS}
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"}
PRIVATE = ("/me", "/me/export", "/sessions")


@pytest.mark.parametrize("path", ALLOWED)
async def test_N22_what_a_path_cannot_do_is_refused_with_all_it_can(
    memory_api: Api, path: str
) -> None:
    for method in METHODS - {*ALLOWED[path].split(", ")}:
        answer = await memory_api.client.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["allow"] == ALLOWED[path]
        if method != "HEAD":
            assert refusal(answer) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", ALLOWED)
async def test_N22_options_tells_all_that_a_path_can_do(memory_api: Api, path: str) -> None:
    answer = await memory_api.client.options(path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == ALLOWED[path]


@pytest.mark.parametrize("path", ["/me", "/sessions", "/jwks"])
async def test_N22_head_is_get_without_the_body(api: Api, path: str) -> None:
    ann = await register(api)

    got, head = await ann.ask("GET", path), await ann.ask("HEAD", path)

    assert got.status_code == 200
    assert head.content == b""
    assert anonymous(head)[:2] == anonymous(got)[:2]


@pytest.mark.parametrize("path", PRIVATE)
async def test_nothing_of_an_account_is_shown_without_a_token(api: Api, path: str) -> None:
    answer = await call(api.client, "GET", path)

    assert refusal(answer) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_all_of_an_account_is_below_both_prefixes(api: Api, prefix: str) -> None:
    base, client = f"{prefix}/auth", api.client
    who = {"email": new_email(), "password": PASSWORD}

    async def ask(
        method: str, path: str, token: str | None, body: Json | None, status: int
    ) -> Json:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = await client.request(method, base + path, json=body, headers=headers)
        assert answer.status_code == status, (path, answer.text)
        answered: Json = answer.json() if answer.content else {}
        return answered

    first = await ask("POST", "/register", None, who, 201)
    grant = await ask("POST", "/login", None, who, 200)
    turned = {"refresh_token": grant["refresh_token"]}
    token = (await ask("POST", "/refresh", None, turned, 200))["access_token"]
    other = first["access_token"]
    await ask("PATCH", "/me", token, {"name": "Ann"}, 200)
    assert (await ask("GET", "/me", token, None, 200))["name"] == "Ann"
    passwords = {"current": PASSWORD, "new": PASSWORD[::-1]}
    await ask("POST", "/password", other, passwords, 204)
    assert len(await ask("GET", "/sessions", other, None, 200)) == 1
    await ask("GET", "/me/export", other, None, 200)
    await ask("GET", "/jwks", None, None, 200)
    await ask("DELETE", "/sessions/no-id", other, None, 404)
    await ask("POST", "/me/erase", other, {"password": PASSWORD[::-1]}, 204)
    await ask("POST", "/logout", other, None, 401)


@pytest.mark.parametrize("path", ["", "/nothing", "/me/nothing", "/users", "/me/tasks", "/tasks/x"])
async def test_there_is_nothing_else(api: Api, path: str) -> None:
    ann = await register(api)

    answer = await ann.ask("GET", path)

    assert refusal(answer) == (404, "no_such_route")


async def test_somebody_called_auth_is_reached_without_being_named(api: Api) -> None:
    auth = api.user("auth", form="/api/v1")

    task = await auth.create()

    assert task in (await auth.send("GET")).json()
    assert await auth.read(task) == task
    assert refusal(await auth.at("/api/v1/auth").send("GET")) == (404, "no_such_route")
