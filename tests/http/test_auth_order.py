"""The routes of accounts check in the order of the contract (§1), each its one worst flaw first."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from dependency_injector import providers
from httpx2 import Response

from entrypoints.http.intake import LONGEST_BODY
from tests.http.accounts import AUTH, PASSWORD, call, new_email, register
from tests.http.answers import named, refusal
from tests.http.api import Api, Json, container, in_process
from tests.http.test_order import Untouchable

OPEN = ("/register", "/login", "/refresh")
CLOSED = {
    ("PATCH", "/me"): {"name": 1},
    ("POST", "/password"): {"current": PASSWORD},
    ("POST", "/me/erase"): {},
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request with every flaw there is."""

    path: str
    method: str = "FOO"
    query: str = f"?nope={'x' * 9000}"
    token: str | None = "x"
    content_type: str = "text/plain"
    body: bytes = b"[" * (LONGEST_BODY + 1)

    async def on(self, api: Api) -> Response:
        said = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return await api.client.request(
            self.method,
            AUTH + self.path + self.query,
            content=self.body,
            headers={"content-type": self.content_type, **said},
        )


def attempts(
    path: str, method: str, token: str | None, *, needed: bool
) -> Iterator[tuple[tuple[int, str], Attempt]]:
    mends: list[tuple[tuple[int, str], dict[str, Any]]] = [
        ((414, "uri_too_long"), {"query": "?nope=1"}),
        ((413, "body_too_large"), {"body": b"[" * 65}),
        ((405, "method_not_allowed"), {"method": method}),
        *([((401, "unauthorized"), {"token": token})] if needed else []),
        ((415, "unsupported_media_type"), {"content_type": "application/json"}),
        ((400, "not_json"), {"body": b'{"nope": 1}'}),
        ((422, "validation"), {"query": ""}),
        ((422, "validation"), {}),
    ]
    attempt = Attempt(path)
    for verdict, mend in mends:
        yield verdict, attempt
        attempt = replace(attempt, **mend)


@pytest.mark.parametrize("path", OPEN)
async def test_the_worst_flaw_comes_first_where_no_token_is_needed(api: Api, path: str) -> None:
    for verdict, attempt in attempts(path, "POST", None, needed=False):
        assert refusal(await attempt.on(api)) == verdict


@pytest.mark.parametrize(("method", "path"), CLOSED)
async def test_the_worst_flaw_comes_first_where_one_is(api: Api, method: str, path: str) -> None:
    ann = await register(api)

    for verdict, attempt in attempts(path, method, ann.token, needed=True):
        assert refusal(await attempt.on(api)) == verdict

    assert await ann.gets_in()


@pytest.mark.parametrize(("method", "path"), CLOSED)
async def test_who_has_no_account_is_told_so_before_the_fields(
    api: Api, method: str, path: str
) -> None:
    headers = {"authorization": f"Bearer {api.user().token}", "content-type": "application/json"}

    async def ask(body: bytes) -> Response:
        return await api.client.request(method, AUTH + path, content=body, headers=headers)

    assert refusal(await ask(b"{}")) == (403, "no_account")
    assert refusal(await ask(b'{"nope": 1}')) == (403, "no_account")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", path) for path in (*OPEN, "/logout", "/password", "/me/erase")),
        *(("GET", path) for path in ("/me", "/me/export", "/sessions")),
        *(("PATCH", "/me"), ("DELETE", "/sessions/x")),
    ],
)
async def test_no_route_takes_parameters(api: Api, method: str, path: str) -> None:
    ann = await register(api)
    body: Json = {
        "/register": {"email": new_email(), "password": PASSWORD},
        "/login": {"email": ann.email, "password": PASSWORD},
        "/refresh": {"refresh_token": ann.refresh_token},
        "/password": {"current": PASSWORD, "new": PASSWORD[::-1]},
        "/me/erase": {"password": PASSWORD},
        "/me": {"name": "Eve"},
    }.get(path, {})

    answer = await ann.ask(
        method, f"{path}?access_token=x&a", body if method in {"POST", "PATCH"} else None
    )

    assert named(answer) == ["access_token", "a"]
    assert (await ann.ask("GET", "/me")).json() == ann.grant["user"]
    assert await ann.goes_on()


@pytest.mark.parametrize("path", [*OPEN, "/logout"])
@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"null", b"\xff", b"\xef\xbb\xbf{}", b"{}{}"])
async def test_what_is_no_object_is_refused(api: Api, path: str, body: bytes) -> None:
    headers = {"content-type": "application/json"}

    answer = await api.client.post(AUTH + path, content=body, headers=headers)

    if body in {b"[]", b'"x"', b"null"}:
        assert named(answer) == ["#"]
    elif body or path != "/logout":
        assert refusal(answer) == (400, "not_json")
    else:
        assert refusal(answer) == (401, "unauthorized")


@pytest.mark.parametrize("path", [*OPEN, "/logout"])
@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_N12_only_json_is_taken(api: Api, path: str, kind: str) -> None:
    answer = await api.client.post(AUTH + path, content=b"{}", headers={"content-type": kind})

    assert refusal(answer) == (415, "unsupported_media_type")


def guarded() -> Any:
    """A container whose accounts and sessions nobody may ask for anything."""
    made = container(RATE_LIMIT="1200/minute")
    for port in (made.accounts, made.sessions, made.tallies):
        port.override(providers.Object(Untouchable()))
    for chore in (made.forget_sessions, made.forget_tallies, made.finish_erasures):
        chore.override(providers.Object(nothing))
    return made


async def nothing() -> int:
    """There is no chore to do."""
    return 0


async def test_nothing_before_the_fields_asks_storage() -> None:
    made: Any = guarded()
    async with in_process(made) as api:
        for path in OPEN:
            for verdict, attempt in attempts(path, "POST", None, needed=False):
                assert refusal(await attempt.on(api)) == verdict
        asked = await call(api.client, "POST", "/login", {"email": new_email(), "password": "x"})

    assert refusal(asked) == (500, "internal")  # so the guard does stand in the way
