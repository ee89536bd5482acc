"""Who gets in (contract §5, §8), and that everybody else learns nothing."""

import jwt
import pytest

from tests.http.answers import anonymous, refusal
from tests.http.api import SECRET, Api
from tests.http.server import Server

PLAIN, INVALID = "Bearer", 'Bearer error="invalid_token"'
ROUTES = [
    ("GET", "/tasks"),
    ("POST", "/tasks"),
    ("GET", "/tasks/{id}"),
    ("PUT", "/tasks/{id}"),
    ("PATCH", "/tasks/{id}"),
    ("DELETE", "/tasks/{id}"),
    ("PATCH", "/tasks/{id}/complete"),
]
FUTURE = 4_000_000_000


def signed(claims: dict[str, object], secret: str = SECRET, **more: object) -> str:
    return jwt.encode({"exp": FUTURE, **claims}, secret, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_T01_no_route_of_an_owner_answers_without_a_token(
    api: Api, method: str, path: str
) -> None:
    answer = await api.client.request(method, f"/api/v1/alice{path}")

    assert refusal(answer) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == PLAIN


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        ("", PLAIN),
        ("Bearer", PLAIN),
        ("Bearer ", PLAIN),
        ("Bearer  {token}", PLAIN),
        ("Bearer\t{token}", PLAIN),
        ("Basic YWxpY2U6c2VjcmV0", PLAIN),
        ("Token {token}", PLAIN),
        ("BearerX {token}", PLAIN),
        ("{token}", PLAIN),
        ("Bearer {token} x", INVALID),
        ("Bearer {token},Bearer {token}", INVALID),
        ('Bearer "{token}"', INVALID),
        ("Bearer {token}=", INVALID),
        ("Bearer {token}\xe9", INVALID),
    ],
)
async def test_T02_only_bearer_one_space_and_the_token_will_do(
    memory_api: Api, authorization: str, challenge: str
) -> None:
    alice = memory_api.user()
    given = authorization.replace("{token}", alice.token)

    answer = await alice.send("GET", headers={"authorization": given})

    assert refusal(answer) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == challenge


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR"])
async def test_T02_the_scheme_may_be_written_in_any_case(memory_api: Api, scheme: str) -> None:
    alice = memory_api.user()

    answer = await alice.send("GET", headers={"authorization": f"{scheme} {alice.token}"})

    assert answer.status_code == 200


@pytest.mark.parametrize("other", ["Bearer {token}", "Bearer a.b.c", "Bearer", ""])
@pytest.mark.parametrize("good_one_first", [True, False])
async def test_T03_of_two_authorization_headers_neither_counts(
    server: Server, socket_api: Api, other: str, good_one_first: bool
) -> None:
    alice = socket_api.user()
    lines = [f"Authorization: Bearer {alice.token}", f"Authorization: {other}"]
    given = "\r\n".join(lines if good_one_first else reversed(lines))

    (answer,) = server.exchange(
        f"GET {alice.base}/tasks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"{given.replace('{token}', alice.token)}\r\n\r\n".encode()
    )

    assert refusal(answer) == (401, "unauthorized")


async def test_T04_a_token_anywhere_else_is_no_token(server: Server, socket_api: Api) -> None:
    alice = socket_api.user()

    in_query = await socket_api.client.get(f"{alice.base}/tasks?access_token={alice.token}")
    in_body = await socket_api.client.post(
        f"{alice.base}/tasks", json={"title": "x", "access_token": alice.token}
    )
    in_cookie = await socket_api.client.get(
        f"{alice.base}/tasks", headers={"cookie": f"access_token={alice.token}"}
    )

    for answer in (in_query, in_body, in_cookie):
        assert refusal(answer) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == PLAIN
    assert alice.token not in server.log


def bad_tokens() -> dict[str, str]:
    good = signed({"sub": "alice"})
    head, claims, signature = good.split(".")
    return {
        "expired": signed({"sub": "alice", "exp": 1_000_000_000}),
        "not yet valid": signed({"sub": "alice", "nbf": FUTURE}),
        "for ever": jwt.encode({"sub": "alice"}, SECRET),
        "nobody's": signed({}),
        "of an impossible subject": signed({"sub": "a/b"}),
        "another secret's": signed({"sub": "alice"}, SECRET[::-1]),
        "of another algorithm": signed({"sub": "alice"}, SECRET * 2, algorithm="HS512"),
        "not signed": signed({"sub": "alice"}, "", algorithm="none"),
        "without its signature": f"{head}.{claims}.",
        "of other claims": f"{head}.{signed({'sub': 'bob'}).split('.')[1]}.{signature}",
        "a refresh token": signed({"sub": "alice"}, headers={"typ": "refresh+jwt"}),
        "over 8 KiB": signed({"sub": "alice", "x": "x" * 8192}),
        "not a token": "x",
    }


@pytest.mark.parametrize("why", bad_tokens())
async def test_every_bad_token_gets_the_same_answer_as_none(api: Api, why: str) -> None:
    given = {"authorization": f"Bearer {bad_tokens()[why]}"}
    alice = api.user("alice")

    answer = await alice.send("GET", headers=given)
    no_token = await api.client.get(f"{alice.base}/tasks")

    assert answer.headers["www-authenticate"] == INVALID
    status, headers, body = anonymous(answer)
    assert (status, {**headers, "www-authenticate": PLAIN}, body) == anonymous(no_token)
