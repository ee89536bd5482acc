"""What a list's parameters must not be (contract §3): refused by name, all at once (N18)."""

from itertools import product

import pytest

from tests.http.answers import named
from tests.http.api import Api, User
from tests.http.lists import ask

BAD_DUES = (
    *("", "today", "2026-02-30", "2026-12-01T17:00:00", "2026-12-01T24:00:00Z", "1e9", "null"),
    *("1969-12-31", "3000-01-01", "0001-01-01T00:00:00+23:59", "2026-12-01 17:00:00Z"),
)
BAD = {
    "completed": ("", "True", "1", "yes", "null", "true ", "true,false"),
    "priority": ("", "High", "5", "high,low", "none ", "null"),
    "tag": ("", " ", "x" * 51, "a\x00b", "\x7f", "\x9f"),
    "due": ("", "Today", "tomorrow", "2026-12-01", "null"),
    "due_after": BAD_DUES,
    "due_before": BAD_DUES,
    "tz": (
        *("", "utc+1", "Berlin", "../etc/passwd", "+01:00", "\x00"),
        *("europe/berlin", "Europe/Berlin\n", "/usr/share", "UTC ", "posixrules/", "x" * 5000),
    ),
    "q": ("x" * 201, "a\x00b", "a\x1bb", "\x85"),
    "count": ("", "true", "Exact", "1", "planned"),
    "sort": (
        *("", "id", "Title", "title,", ",title", "title desc", "--title", "+title", "title, id"),
        *("title;DROP TABLE tasks", "title,title,title,title", "owner_id", "tasks.title"),
    ),
}
GOOD = {
    "completed": "true",
    "due": "none",
    "due_after": "2026-12-01",
    "due_before": "2026-12-01",
    "tz": "UTC",
    "q": "x",
    "count": "exact",
    "sort": "title",
}


@pytest.fixture
def alice(memory_api: Api) -> User:
    """On memory: no storage is asked before every parameter is known to be good."""
    return memory_api.user()


@pytest.mark.parametrize(
    ("name", "value"), [pair for name, values in BAD.items() for pair in product([name], values)]
)
async def test_N18_a_bad_value_is_refused_by_name(alice: User, name: str, value: str) -> None:
    assert named(await ask(alice, (name, value))) == [name]


async def test_N18_every_bad_parameter_is_named_at_once(alice: User) -> None:
    names = [*BAD, "limit", "cursor", "nope"]

    answer = await ask(alice, *((name, "canary\x00") for name in names))

    assert sorted(named(answer)) == sorted(names)
    assert "canary" not in answer.text


@pytest.mark.parametrize("name", GOOD)
async def test_N18_what_may_stand_once_is_refused_twice(alice: User, name: str) -> None:
    assert (await ask(alice, (name, GOOD[name]))).status_code == 200
    assert named(await ask(alice, (name, GOOD[name]), (name, GOOD[name]))) == [name]


@pytest.mark.parametrize("name", ["priority", "tag"])
async def test_N18_of_a_repeated_parameter_each_bad_value_is_named(alice: User, name: str) -> None:
    answer = await ask(alice, (name, "high"), (name, "\x00"), (name, "\x01"))

    assert named(answer) == [name, name]


async def test_I09_parameters_that_name_another_user_are_not_known(alice: User) -> None:
    for name in ("user_id", "owner_id", "user", "filter[user_id]"):
        answer = await ask(alice, (name, "bob"))

        assert named(answer) == [name if "[" not in name else "?"]
