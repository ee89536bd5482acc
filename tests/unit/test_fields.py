"""What may be said of a task (contract §2), and that every bad member is named at once."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.due import Due
from domain.errors import FieldError, InvalidFields
from domain.fields import READ_ONLY, Fields, Priority, read_fields
from tests.strategies import fields

CONTROLS = [*(set(range(0x20)) - {0x09, 0x0A, 0x0D}), *range(0x7F, 0xA0)]


def errors(given: Mapping[str, object], *required: str) -> dict[str, str]:
    """What is wrong with each member."""
    with pytest.raises(InvalidFields) as raised:
        read_fields(given, required=required)
    return {".".join(map(str, error.path)): error.detail for error in raised.value.errors}


@given(fields())
def test_what_is_well_formed_is_taken_as_it_is(said: Fields) -> None:
    assert read_fields(said) == said


def test_plain_values_become_those_of_the_domain() -> None:
    plain = {
        "title": " Buy milk\n",
        "description": " as it is ",
        "priority": "high",
        "due_date": "2026-12-01",
        "tags": [" home ", "Home"],
        "completed": True,
    }

    assert read_fields(plain) == {
        "title": "Buy milk",
        "description": " as it is ",
        "priority": Priority.HIGH,
        "due_date": Due.parse("2026-12-01"),
        "tags": ("home", "Home"),
        "completed": True,
    }


def test_null_clears_what_can_be_cleared() -> None:
    cleared = read_fields({"description": None, "priority": None, "due_date": None, "tags": None})

    assert cleared == {
        "description": None,
        "priority": Priority.NONE,
        "due_date": None,
        "tags": (),
    }


def test_null_is_no_title_and_no_answer_to_whether_it_is_completed() -> None:
    assert errors({"title": None, "completed": None}).keys() == {"title", "completed"}


def test_nothing_said_is_nothing_read() -> None:
    assert read_fields({}) == {}


@given(st.sets(st.sampled_from(sorted(READ_ONLY))), st.none() | st.integers() | st.text())
def test_what_only_the_server_says_is_ignored(names: set[str], value: object) -> None:
    assert read_fields(dict.fromkeys(names, value)) == {}


@pytest.mark.parametrize(
    "name", ["Title", "titel", "is_completed", "owner_id", "", "deleted_at", "position", "title "]
)
def test_an_unknown_member_is_never_dropped(name: str) -> None:
    assert errors({name: None, "title": "x"}) == {name: "is not a member of a task"}


def test_a_required_member_must_be_there() -> None:
    assert errors({}, "title") == {"title": "is required"}
    assert errors({"title": ""}, "title") == {"title": "must not be blank"}


def test_every_bad_member_is_named_at_once() -> None:
    bad = {
        "description": 5,
        "priority": "hihg",
        "due_date": "tomorrow",
        "tags": ["ok", "", "ok", 5],
        "completed": "yes",
        "titel": "x",
    }

    assert list(errors(bad, "title")) == [
        "description",
        "priority",
        "due_date",
        "tags.1",
        "tags.2",
        "tags.3",
        "completed",
        "titel",
        "title",
    ]


def test_an_error_tells_the_way_to_the_member() -> None:
    with pytest.raises(InvalidFields) as raised:
        read_fields({"tags": ["a", "\0"]})

    assert raised.value.errors == (
        FieldError(("tags", 1), "must not hold control characters other than tab, LF and CR"),
    )


@pytest.mark.parametrize("value", [5, 1.5, True, ["x"], {"x": "y"}, b"x"], ids=str)
@pytest.mark.parametrize("name", ["title", "description", "priority", "due_date"])
def test_text_is_text(name: str, value: object) -> None:
    assert errors({name: value}).keys() == {name}


@pytest.mark.parametrize("blank", ["", " ", "\t\r\n", "\u00a0", "\u2003\u3000", "\u2028"])
def test_N08_a_title_or_tag_of_white_space_alone_is_blank(blank: str) -> None:
    assert errors({"title": blank, "tags": [blank]}) == {
        "title": "must not be blank",
        "tags.0": "must not be blank",
    }


@pytest.mark.parametrize(
    "text",
    [
        "\u200b",
        "\ufeff",
        "\u202eevil",
        "\ufdd0\uffff",
        "a\tb\nc\rd",
        "e\u0301",
        "👨‍👩‍👧‍👦" * 7,
        "Robert'); DROP TABLE tasks;--",
    ],
    ids=ascii,
)
def test_N08_text_is_taken_code_point_by_code_point(text: str) -> None:
    said = {"title": text, "description": text, "tags": (text,)}

    assert read_fields(said) == said


@pytest.mark.parametrize("code", CONTROLS, ids=hex)
def test_N04_N08_control_characters_are_refused_wherever_they_stand(code: int) -> None:
    for text in (chr(code), f"a{chr(code)}b", f"{chr(code)}a", f"a{chr(code)}"):
        bad = errors({"title": text, "description": text, "tags": [text]})
        assert bad.keys() == {"title", "description", "tags.0"}
        assert all("control characters" in detail for detail in bad.values())


@pytest.mark.parametrize("code", [0xD800, 0xD83D, 0xDC80, 0xDFFF], ids=hex)
def test_N05_a_lone_surrogate_is_refused(code: int) -> None:
    surrogate = chr(code)

    bad = errors({"title": surrogate, "description": surrogate, "tags": [surrogate]})

    assert bad.keys() == {"title", "description", "tags.0"}


@pytest.mark.parametrize("character", ["x", "😀", "\u0301", "\u200d"], ids=ascii)
def test_N08_length_is_counted_in_code_points_after_trimming(character: str) -> None:
    longest = {
        "title": " " + character * 500 + " ",
        "description": character * 16_384,
        "tags": [" " + character * 50 + " "],
    }
    longer = {
        "title": character * 501,
        "description": character * 16_385,
        "tags": [character * 51],
    }

    assert read_fields(longest)["title"] == character * 500
    assert errors(longer) == {
        "title": "must be at most 500 characters",
        "description": "must be at most 16384 characters",
        "tags.0": "must be at most 50 characters",
    }
