"""Passwords over HTTP (R12, R14): how long, how common, and the same from every keyboard."""

import pytest

from tests.http.accounts import PASSWORD, WRONG, call, log_in, new_email, register
from tests.http.answers import named, refusal
from tests.http.api import Api

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"  # seven code points
GOOD = {
    "8 characters": "jq4%vxd8",
    "64 characters": "vx" * 32,
    "128 characters": "jq4%" * 32,
    "1024 characters": "jq4%" * 256,
    "spaces at both ends": "  jq4%vxd8 ",
    "spaces only": " " * 8,
    "tab, LF and CR": "a\tb\nc\rd\n",
    "emoji": FAMILY * 2,
    "composed": "caf\u00e9 ole ole",
    "letters only": "kwyjibowski",
    "digits only": "8394756201",
}
SHORT = {
    "none": "",
    "7 characters": "jq4%vxd",
    "7 code points of many bytes": FAMILY,
    "8 that are 7 in NFKC": "jq4%vxe\u0301",
}
COMMON = {
    "everybody's": "password1",
    "in capitals": "PASSWORD1",
    "in full width": "\uff50assword1",
    "a row of keys": "qwertyuiop",
    "digits": "123456789",
}
FORBIDDEN = {"NUL": "jq4%\x00vxd8", "escape": "jq4%\x1bvxd8", "C1": "jq4%\x85vxd8"}
LONG = {
    "1025 characters": "x" * 1025,
    "1024 that are more in NFKC": "x" * 1023 + "\ufb01",
    "100 KB": "x" * 100_000,
}


def of(cases: dict[str, str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("password", cases.values(), ids=cases.keys())


@of(GOOD)
async def test_R14_a_good_password_is_the_whole_of_it(api: Api, password: str) -> None:
    ann = await register(api, password=password)

    assert (await log_in(api.client, ann.email, password)).status_code == 200
    assert (await log_in(api.client, ann.email, password[:-1])).status_code == 401
    if len(password) < 1024:
        assert (await log_in(api.client, ann.email, password + "x")).status_code == 401
    if (other := password.swapcase()) != password:
        assert (await log_in(api.client, ann.email, other)).status_code == 401


@of(SHORT | COMMON | FORBIDDEN | LONG)
async def test_R14_a_bad_one_is_neither_registered_nor_changed_to(api: Api, password: str) -> None:
    ann = await register(api)

    registered = await call(
        api.client, "POST", "/register", {"email": new_email(), "password": password}
    )
    changed = await ann.ask("POST", "/password", {"current": PASSWORD, "new": password})

    assert named(registered) == ["#/password"]
    assert named(changed) == ["#/new"]
    assert (await log_in(api.client, ann.email)).status_code == 200


@pytest.mark.parametrize("form", ["{}", "{at}", "{upper}", "{fullwidth}"])
async def test_R14_nor_one_that_the_address_gives_away(api: Api, form: str) -> None:
    email = new_email()
    local = email.partition("@")[0]
    fullwidth = "".join(chr(ord(c) + 0xFEE0) for c in local)
    password = form.format(email, at=local, upper=email.upper(), fullwidth=fullwidth)

    answer = await call(api.client, "POST", "/register", {"email": email, "password": password})

    assert named(answer) == ["#/password"]


@pytest.mark.parametrize(
    ("typed", "elsewhere"),
    [
        ("caf\u00e9 au lait", "cafe\u0301 au lait"),
        ("\uff4a\uff51\uff14%vxd8", "jq4%vxd8"),
        ("o\ufb00ice hours", "office hours"),
        ("1 \u212bngstr\u00f6m", "1 A\u030angstro\u0308m"),
    ],
)
async def test_R14_every_keyboard_types_the_same_password(
    api: Api, typed: str, elsewhere: str
) -> None:
    ann = await register(api, password=typed)

    there = await log_in(api.client, ann.email, elsewhere)
    changed = await ann.ask("POST", "/password", {"current": elsewhere, "new": PASSWORD})

    assert (there.status_code, changed.status_code) == (200, 204)


@of(LONG | FORBIDDEN)
async def test_R12_a_password_that_nobody_can_have_is_refused_at_once_by_login(
    api: Api, password: str
) -> None:
    ann = await register(api)

    assert named(await log_in(api.client, ann.email, password)) == ["#/password"]


@pytest.mark.parametrize("path", ["/register", "/login"])
async def test_R12_a_megabyte_is_too_large(api: Api, path: str) -> None:
    body = {"email": new_email(), "password": "x" * 1_000_000}

    answer = await call(api.client, "POST", path, body)

    assert refusal(answer) == (413, "body_too_large")


@of(SHORT | COMMON)
async def test_at_login_a_password_that_was_never_taken_is_just_wrong(
    api: Api, password: str
) -> None:
    ann = await register(api)

    answer = await log_in(api.client, ann.email, password)

    assert refusal(answer) == (401, "wrong_credentials")


async def test_a_wrong_present_password_is_a_bad_field_and_changes_nothing(api: Api) -> None:
    ann = await register(api)
    other = await ann.again()

    changed = await ann.ask("POST", "/password", {"current": WRONG, "new": WRONG[::-1]})
    erased = await ann.ask("POST", "/me/erase", {"password": WRONG})

    assert named(changed) == ["#/current"]
    assert named(erased) == ["#/password"]
    assert await other.gets_in()
    assert (await log_in(api.client, ann.email)).status_code == 200
