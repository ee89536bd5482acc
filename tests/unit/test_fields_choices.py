"""Tags, priorities and the rest that is not plain text (contract §2)."""

import pytest

from domain.due import Due
from domain.fields import Priority, read_fields
from tests.unit.test_fields import errors


@pytest.mark.parametrize("priority", ["none", "low", "medium", "high", "urgent"])
def test_a_priority_is_one_of_five(priority: str) -> None:
    assert read_fields({"priority": priority}) == {"priority": Priority(priority)}


@pytest.mark.parametrize(
    "priority", ["", "None", "HIGH", " low", "low ", "critical", "lo", 0, True, ["low"], {}]
)
def test_any_other_priority_is_refused_and_the_five_are_named(priority: object) -> None:
    assert errors({"priority": priority}) == {
        "priority": "must be one of none, low, medium, high, urgent"
    }


def test_there_may_be_twenty_tags_and_no_more() -> None:
    twenty = [str(n) for n in range(20)]

    assert read_fields({"tags": twenty}) == {"tags": tuple(twenty)}
    assert errors({"tags": [*twenty, "20"]}) == {"tags": "must be at most 20 tags"}


def test_tags_keep_their_order() -> None:
    assert read_fields({"tags": ["b", "a", "c"]}) == {"tags": ("b", "a", "c")}


@pytest.mark.parametrize("twice", ["a", " a", "a\n"])
def test_a_tag_that_repeats_another_once_trimmed_is_refused(twice: str) -> None:
    assert errors({"tags": ["a", "b", twice]}) == {"tags.2": "must not repeat another tag"}


def test_tags_that_only_look_alike_are_different() -> None:
    alike = ("é", "e\u0301", "É", "K", "\u212a", "a", "\uff41", "a\u200b")

    assert read_fields({"tags": alike}) == {"tags": alike}


@pytest.mark.parametrize("tags", ["home", 5, True, {"home": 1}, {"home"}], ids=str)
def test_tags_are_an_array(tags: object) -> None:
    assert errors({"tags": tags}) == {"tags": "must be an array of strings"}


@pytest.mark.parametrize("tag", [None, 5, True, ["a"], {}], ids=str)
def test_a_tag_is_a_string(tag: object) -> None:
    assert errors({"tags": ["a", tag]}) == {"tags.1": "must be a string"}


@pytest.mark.parametrize("completed", [True, False])
def test_completed_is_true_or_false(completed: bool) -> None:
    assert read_fields({"completed": completed}) == {"completed": completed}


@pytest.mark.parametrize("completed", [0, 1, "true", "", [], 1.0])
def test_N07_nothing_else_is_true_or_false(completed: object) -> None:
    assert errors({"completed": completed}) == {"completed": "must be true or false"}


def test_a_due_date_may_be_ready_made() -> None:
    due = Due.parse("2026-12-01")

    assert read_fields({"due_date": due}) == {"due_date": due}


def test_a_bad_due_date_is_told_what_it_must_be() -> None:
    assert "2026-12-01" in errors({"due_date": "01.12.2026"})["due_date"]
    assert "1970 to 2999" in errors({"due_date": "3000-01-01"})["due_date"]
