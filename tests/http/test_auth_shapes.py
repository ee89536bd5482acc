"""What the routes of accounts answer when all is well (contract §7), on every storage."""

from typing import Any

import jwt
import pytest
from httpx2 import Response

from tests.http.accounts import (
    PASSWORD,
    WRONG,
    Member,
    call,
    log_in,
    new_email,
    refresh,
    register,
)
from tests.http.answers import INSTANT, UUID_V7
from tests.http.api import SECRET, Api, Json

GRANT = ["access_token", "token_type", "expires_in", "refresh_token", "user"]
USER = ["id", "email", "name", "created_at"]
SESSION = ["id", "current", "user_agent", "created_at", "last_used_at", "expires_at"]
NEVER = {"location", "etag", "set-cookie", "last-modified", "link"}


@pytest.fixture
async def ann(api: Api) -> Member:
    return await register(api)


def check_headers(answer: Response, kind: str | None = "application/json") -> None:
    assert answer.headers.get("content-type") == kind
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"] == "Authorization, Origin"
    assert not NEVER & answer.headers.keys()


def check_done(answer: Response) -> None:
    assert (answer.status_code, answer.content) == (204, b"")
    check_headers(answer, kind=None)


def check_user(user: Json, email: str, name: str | None) -> None:
    assert list(user) == USER
    assert UUID_V7.fullmatch(user["id"])
    assert (user["email"], user["name"]) == (email, name)
    assert INSTANT.fullmatch(user["created_at"])


def check_grant(grant: Json) -> dict[str, Any]:
    """Returns the access token's claims."""
    assert list(grant) == GRANT
    assert (grant["token_type"], grant["expires_in"]) == ("Bearer", 900)
    assert grant["refresh_token"].startswith("thrt_")
    header = jwt.get_unverified_header(grant["access_token"])
    assert header == {"alg": "HS256", "typ": "at+jwt"}
    claims = jwt.decode(grant["access_token"], SECRET, ["HS256"], issuer="urn:taskhaven")
    assert claims.keys() == {"iss", "sub", "sid", "iat", "exp"}
    assert claims["sub"] == grant["user"]["id"]
    assert claims["exp"] - claims["iat"] in range(890, 902)  # hashing came between
    return claims


async def test_register_answers_an_account_and_its_first_session(api: Api) -> None:
    email = new_email()

    answer = await call(
        api.client,
        "POST",
        "/register",
        {"email": f" {email}\t", "password": PASSWORD, "name": " Ann "},
    )

    assert answer.status_code == 201
    check_headers(answer)
    check_grant(answer.json())
    check_user(answer.json()["user"], email, "Ann")


@pytest.mark.parametrize("name", [None, "", "  "])
async def test_a_blank_name_is_none(api: Api, name: str | None) -> None:
    ann = await register(api, name=name)

    check_user(ann.grant["user"], ann.email, None)


async def test_login_answers_the_same_account_in_another_session(api: Api, ann: Member) -> None:
    answer = await log_in(api.client, ann.email.upper())

    assert answer.status_code == 200
    check_headers(answer)
    assert check_grant(answer.json())["sid"] != check_grant(ann.grant)["sid"]
    assert answer.json()["user"] == ann.grant["user"]


async def test_refresh_answers_the_same_session_and_other_tokens(api: Api, ann: Member) -> None:
    answer = await refresh(api.client, ann.refresh_token)

    assert answer.status_code == 200
    check_headers(answer)
    assert check_grant(answer.json())["sid"] == check_grant(ann.grant)["sid"]
    assert answer.json()["user"] == ann.grant["user"]
    assert answer.json()["refresh_token"] != ann.refresh_token


async def test_me_answers_the_account(ann: Member) -> None:
    answer = await ann.ask("GET", "/me")

    assert answer.status_code == 200
    check_headers(answer)
    assert answer.json() == ann.grant["user"]


@pytest.mark.parametrize("media_type", ["application/json", "application/merge-patch+json"])
async def test_a_new_name_stays_until_the_next(ann: Member, media_type: str) -> None:
    said = {"content-type": media_type}

    given = await ann.ask("PATCH", "/me", {"name": " Ann \U0001f986 "}, said)
    kept = await ann.ask("PATCH", "/me", {}, said)
    read = await ann.ask("GET", "/me")
    cleared = await ann.ask("PATCH", "/me", {"name": None}, said)

    for answer in (given, kept, read):
        assert answer.status_code == 200
        check_headers(answer)
        check_user(answer.json(), ann.email, "Ann \U0001f986")
    check_user(cleared.json(), ann.email, None)


async def test_a_new_password_answers_nothing_and_is_the_one_from_then_on(ann: Member) -> None:
    answer = await ann.ask("POST", "/password", {"current": PASSWORD, "new": WRONG})

    check_done(answer)
    assert (await log_in(ann.client, ann.email)).status_code == 401
    assert (await log_in(ann.client, ann.email, WRONG)).status_code == 200


async def test_sessions_are_shown_newest_first(ann: Member) -> None:
    first = check_grant(ann.grant)["sid"]
    later = await ann.again()
    used = await later.next()
    second = check_grant(later.grant)["sid"]

    answer = await used.ask("GET", "/sessions", headers={"user-agent": "whoever asks"})

    assert answer.status_code == 200
    check_headers(answer)
    shown = answer.json()
    assert [list(session) for session in shown] == [SESSION, SESSION]
    assert [(session["id"], session["current"]) for session in shown] == [
        (second, True),
        (first, False),
    ]
    for session in shown:
        assert session["user_agent"].startswith("python-httpx")
        assert INSTANT.fullmatch(session["created_at"])
        assert session["created_at"] <= session["last_used_at"] < session["expires_at"]
    assert shown[0]["created_at"] < shown[0]["last_used_at"]
    assert shown[1]["created_at"] == shown[1]["last_used_at"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [("", None), ("x" * 300, "x" * 256), ("Curl/8 (ü)", "Curl/8 (ü)")],
)
async def test_a_session_bears_the_name_of_its_client(
    api: Api, ann: Member, said: str, shown: str | None
) -> None:
    body = {"email": ann.email, "password": PASSWORD}
    raw = {b"user-agent": said.encode("latin-1")}

    grant = (await api.client.post("/api/v1/auth/login", json=body, headers=raw)).json()
    sessions = await call(api.client, "GET", "/sessions", token=grant["access_token"])

    assert sessions.json()[0]["user_agent"] == shown


async def test_to_end_a_session_answers_nothing(ann: Member) -> None:
    other = await ann.again()

    answer = await ann.ask("DELETE", f"/sessions/{check_grant(other.grant)['sid']}")

    check_done(answer)
    assert [s["current"] for s in (await ann.ask("GET", "/sessions")).json()] == [True]


async def test_to_log_out_and_to_erase_answer_nothing(ann: Member) -> None:
    other = await ann.again()

    check_done(await other.ask("POST", "/logout"))
    check_done(await ann.ask("POST", "/me/erase", {"password": PASSWORD}))
