"""Fields as HTTP has them (N04, N08-N10, N20): the domain's verdict, on every storage the same."""

import pytest

from tests.http.answers import named
from tests.http.api import User, path_of

VERBATIM = [
    "'; DROP TABLE tasks; --",
    "%s%d%n {} {0.__class__} {{7*7}} ${7*7} <%= 7*7 %>",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '\\ \\\\ \\u0000 " /',
    "a\u2028b\u2029c",
    "\u200b",
    "\ufeff",
    "a\u00a0b",
    "\u202eright to left\u202c",
    "\ufffe\uffff\U0010ffff",
    "e\u0301 is not é",
    "👩‍👩‍👧‍👦" * 71,
    "𝔘" * 500,
    "tab\tand\r\nnewline",
    "null",
]
BLANK = ["", " ", "\t\r\n", "\u00a0", "\u2003\u3000", "\u2028\u2029", "\x85"]


@pytest.mark.parametrize("text", VERBATIM)
async def test_N20_text_comes_back_exactly_as_it_went_in(alice: User, text: str) -> None:
    task = await alice.create(text, description=f" {text} ", tags=[text[:50]])

    assert (task["title"], task["description"], task["tags"]) == (text, f" {text} ", [text[:50]])
    assert await alice.read(task) == task


@pytest.mark.parametrize(
    "character", ["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x80", "\x9f"]
)
async def test_N04_control_characters_are_refused_in_every_text(
    alice: User, character: str
) -> None:
    text = f"a{character}b"

    answer = await alice.send(
        "POST", json={"title": text, "description": text, "tags": ["fine", text]}
    )

    assert named(answer) == ["#/title", "#/description", "#/tags/1"]


@pytest.mark.parametrize("title", [*BLANK[:-1], "x" * 501, "𝔘" * 501, None, 5, ["x"], {}])
async def test_N08_a_title_has_1_to_500_characters(alice: User, title: object) -> None:
    task = await alice.create()

    for method, path in [("POST", "/tasks"), ("PUT", path_of(task)), ("PATCH", path_of(task))]:
        assert named(await alice.send(method, path, json={"title": title})) == ["#/title"]


async def test_N08_text_is_measured_in_characters_and_trimmed_first(alice: User) -> None:
    task = await alice.create(
        f" {'𝔘' * 500}\n", description="𝔘" * 16_384, tags=[f"{n:49}𝔘 " for n in range(20)]
    )

    assert task["title"] == "𝔘" * 500
    assert len(task["description"]) == 16_384
    assert task["tags"][3] == "3𝔘"
    assert await alice.read(task) == task


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2026-12-01", "2026-12-01"),
        ("1970-01-01", "1970-01-01"),
        ("2999-12-31", "2999-12-31"),
        ("2028-02-29", "2028-02-29"),
        ("2026-12-01T17:00:00Z", "2026-12-01T17:00:00.000000Z"),
        ("2026-12-01t17:00:00z", "2026-12-01T17:00:00.000000Z"),
        ("2026-12-01T17:00:00+01:00", "2026-12-01T16:00:00.000000Z"),
        ("2026-12-01T17:00:00-00:00", "2026-12-01T17:00:00.000000Z"),
        ("2026-12-01T17:00:00.5Z", "2026-12-01T17:00:00.500000Z"),
        ("2026-12-01T17:00:00.123456789Z", "2026-12-01T17:00:00.123456Z"),
        ("1970-01-01T01:00:00+01:00", "1970-01-01T00:00:00.000000Z"),
        ("2999-12-31T23:59:59.999999Z", "2999-12-31T23:59:59.999999Z"),
    ],
)
async def test_N09_a_due_date_is_a_day_or_an_instant(alice: User, said: str, kept: str) -> None:
    task = await alice.create(due_date=said)

    assert task["due_date"] == kept
    assert await alice.read(task) == task
    assert (await alice.send("PUT", path_of(task), json=task)).json() == task


@pytest.mark.parametrize(
    "said",
    [
        *("", " ", "2026-12-01T17:00:00", "2026-12-01 17:00:00Z", "2026-12-01T24:00:00Z"),
        *("2026-12-31T23:59:60Z", "2026-02-30", "2026-02-29T00:00:00Z", "0000-01-01"),
        *("10000-01-01", "2026-12-01T17:00:00+25:00", "2026-12-01T17:00Z", "20261201"),
        *("2026-W49-2", "2026-12-1", "1969-12-31", "3000-01-01", "1970-01-01T00:30:00+01:00"),
        *("2999-12-31T23:30:00-01:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
        *("２026-12-01", "2026-12-01Z", "2026-12-01T17:00:00Z ", "today", 1764608400, True, {}),
    ],
)
async def test_N09_N10_nothing_else_is_a_due_date(alice: User, said: object) -> None:
    answer = await alice.send("POST", json={"title": "x", "due_date": said})

    assert named(answer) == ["#/due_date"]
    assert (await alice.send("GET")).json() == []


@pytest.mark.parametrize(
    ("tags", "pointers"),
    [
        (["a", ""], ["#/tags/1"]),
        (["a", " a "], ["#/tags/1"]),
        (["", 5, None, "fine", "x" * 51], ["#/tags/0", "#/tags/1", "#/tags/2", "#/tags/4"]),
        ([str(n) for n in range(21)], ["#/tags"]),
        ("a", ["#/tags"]),
        ({"a": 1}, ["#/tags"]),
    ],
)
async def test_bad_tags_are_named_by_their_place(
    alice: User, tags: object, pointers: list[str]
) -> None:
    assert named(await alice.send("POST", json={"title": "x", "tags": tags})) == pointers


async def test_every_bad_field_is_named_at_once(alice: User) -> None:
    said = {
        "description": 5, "priority": "High", "due_date": "soon", "tags": ["a", "a"],
        "completed": None, "titel": "x", "a/b": 1, "c~d": 1, "é \n": 1, "": 1,
    }  # fmt: skip

    answer = await alice.send("POST", json=said)

    assert named(answer) == [
        "#/description", "#/priority", "#/due_date", "#/tags/1", "#/completed",
        "#/titel", "#/a~1b", "#/c~0d", "#/%C3%A9%20%0A", "#/", "#/title",
    ]  # fmt: skip
    assert answer.json()["detail"] == "11 fields are not valid"


async def test_a_body_of_nothing_but_mistakes_gets_an_answer_of_bounded_size(
    alice: User,
) -> None:
    answer = await alice.send("POST", json={str(n): n for n in range(10_000)})

    assert len(named(answer)) == 100
    assert answer.json()["detail"] == "10001 fields are not valid"
