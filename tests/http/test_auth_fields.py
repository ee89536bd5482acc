"""What the fields of accounts may be (contract §7): every bad one is named at once."""

import pytest

from tests.http.accounts import PASSWORD, Member, call, log_in, new_email, refresh, register
from tests.http.answers import named, refusal
from tests.http.api import Api, Json

TOO_LONG = "a" * 250 + "@b.example"
EXPANDING = "\ufdfa"  # one character, which NFKC makes 18 of
FIELDS = {
    "/register": ("email", "password"),
    "/login": ("email", "password"),
    "/refresh": ("refresh_token",),
    "/password": ("current", "new"),
    "/me/erase": ("password",),
}
NOT_TEXT: tuple[object, ...] = (None, 1, True, [], {}, ["x"], 1.5)
ANYTHING_ELSE = ("id", "role", "user_id", "created_at", "is_admin")


async def ask(api: Api, path: str, body: Json, ann: Member | None = None) -> list[str]:
    """What a 422 names."""
    method = "PATCH" if path == "/me" else "POST"
    token = ann.token if ann else None
    return named(await call(api.client, method, path, body, token=token))


@pytest.mark.parametrize("path", FIELDS)
async def test_every_field_that_is_missing_or_no_text_is_named(api: Api, path: str) -> None:
    ann = await register(api)
    names = [f"#/{name}" for name in FIELDS[path]]

    assert await ask(api, path, {}, ann) == names
    for value in NOT_TEXT:
        assert await ask(api, path, dict.fromkeys(FIELDS[path], value), ann) == names


@pytest.mark.parametrize("path", [*FIELDS, "/me", "/logout"])
async def test_R17_no_other_member_is_taken(api: Api, path: str) -> None:
    ann = await register(api)
    good: Json = {
        "/register": {"email": new_email(), "password": PASSWORD},
        "/login": {"email": ann.email, "password": PASSWORD},
        "/refresh": {"refresh_token": ann.refresh_token},
        "/password": {"current": PASSWORD, "new": PASSWORD[::-1]},
        "/me/erase": {"password": PASSWORD},
        "/me": {"name": "Eve"},
        "/logout": {"refresh_token": ann.refresh_token},
    }[path]

    for name in ANYTHING_ELSE:
        assert await ask(api, path, {**good, name: ann.id}, ann) == [f"#/{name}"]
    more = dict.fromkeys(ANYTHING_ELSE, 1)
    assert await ask(api, path, good | more, ann) == [f"#/{name}" for name in ANYTHING_ELSE]

    assert (await ann.ask("GET", "/me")).json() == ann.grant["user"]
    assert (await log_in(api.client, ann.email)).status_code == 200
    assert await ann.goes_on()
    if path == "/register":
        assert (await log_in(api.client, good["email"])).status_code == 401


async def test_good_and_bad_fields_are_told_apart(api: Api) -> None:
    body = {"name": "x" * 201, "email": "nobody", "role": "admin", "password": "short"}

    answer = await call(api.client, "POST", "/register", body)

    assert named(answer) == ["#/name", "#/email", "#/role", "#/password"]
    assert answer.json()["detail"] == "4 fields are not valid"
    assert "short" not in answer.text


@pytest.mark.parametrize("path", ["/register", "/login"])
@pytest.mark.parametrize(
    "email",
    [
        *("", " ", "a", "@", "a@", "@b", "a@b@c", "a b@c.example", "a@b c", "a@\u00a0", "a@b\n@c"),
        *("a\x00@b.example", "a\x7f@b.example", "a@b.example\x1f", TOO_LONG),
        EXPANDING * 20 + "@b.example",
    ],
)
async def test_an_address_is_something_at_something(api: Api, path: str, email: str) -> None:
    assert await ask(api, path, {"email": email, "password": PASSWORD}) == ["#/email"]


@pytest.mark.parametrize(
    "form",
    ["{}@example.com", "{}+tag@x", "{}@[::1]", "ü{}@exämple.com", '"{}"@b', "{:a<243}@example.eu"],
)
async def test_an_address_is_kept_as_it_was_written(api: Api, form: str) -> None:
    email = form.format(new_email().partition("@")[0].capitalize())

    ann = await register(api, email)

    assert ann.grant["user"]["email"] == email


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a{}@x.example", "A{}@X.EXAMPLE"),
        ("stra\u00dfe{}@x.example", "STRASSE{}@x.example"),
        ("\u212aim{}@x.example", "kim{}@x.example"),
        ("\uff41{}@x.example", "a{}@x.example"),
        ("e\u0301{}@x.example", "\u00e9{}@x.example"),
        ("\ufb01{}@x.example", "fi{}@x.example"),
    ],
)
async def test_R16_two_ways_of_writing_an_address_are_one_account(
    api: Api, one: str, other: str
) -> None:
    unique = new_email().partition("@")[0]
    ann = await register(api, one.format(unique))

    taken = await call(
        api.client, "POST", "/register", {"email": other.format(unique), "password": PASSWORD}
    )
    again = await log_in(api.client, f"  {other.format(unique)} ")

    assert refusal(taken) == (409, "email_taken")
    assert again.json()["user"] == ann.grant["user"]


async def test_R16_a_dotless_i_is_another_letter(api: Api) -> None:
    unique = new_email()

    ann, eve = await register(api, f"i{unique}"), await register(api, f"\u0131{unique}")

    assert ann.id != eve.id


@pytest.mark.parametrize(("length", "fits"), [(200, True), (201, False)])
@pytest.mark.parametrize("letter", ["x", "\U0001f986"])
async def test_a_name_is_at_most_200_characters(
    api: Api, length: int, letter: str, fits: bool
) -> None:
    ann = await register(api)

    answer = await ann.ask("PATCH", "/me", {"name": f" {letter * length} "})

    if fits:
        assert answer.json()["name"] == letter * length
    else:
        assert named(answer) == ["#/name"]


@pytest.mark.parametrize("name", ["a\x00", "\x1b[31m", "\x9f", 1, [], False])
async def test_N04_a_name_is_text_without_control_characters(api: Api, name: object) -> None:
    ann = await register(api)

    assert await ask(api, "/me", {"name": name}, ann) == ["#/name"]
    assert await ask(
        api, "/register", {"email": new_email(), "password": PASSWORD, "name": name}
    ) == ["#/name"]


@pytest.mark.parametrize("text", ["", "x", "thrt_", "thrt_" + "A" * 91, "thrt_é", "x" * 100_000])
async def test_R05_text_that_is_no_refresh_token_continues_nothing(api: Api, text: str) -> None:
    answer = await refresh(api.client, text)

    assert refusal(answer) == (401, "invalid_refresh_token")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_N05_a_lone_surrogate_is_no_json(api: Api) -> None:
    for path in FIELDS:
        body = b'{"email": "\\ud800@b", "password": "\\ud800"}'
        token = (await register(api)).token
        answer = await api.client.post(
            f"/api/v1/auth{path}",
            content=body,
            headers={"content-type": "application/json", "authorization": f"Bearer {token}"},
        )
        assert refusal(answer) == (400, "not_json")
