"""How the operations of a batch are read: every bad member is named at once."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.operations import MOST_OPERATIONS, Op, Operation, read_operations
from domain.errors import InvalidFields
from tests.builders import NOBODYS

ID = str(NOBODYS)
NOBODY = "00000000-0000-0000-0000-000000000000"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
members = st.sampled_from(["op", "id", "if_version", "task", "completed", "other"])
operations = values | st.dictionaries(members, values | st.sampled_from([*Op, ID]))


def bad(*operations: object) -> list[tuple[str | int, ...]]:
    """The ways to every bad member."""
    with pytest.raises(InvalidFields) as refused:
        read_operations({"operations": [*operations]})
    return [error.path for error in refused.value.errors]


def test_each_kind_is_read_as_it_is_said() -> None:
    read = read_operations(
        {
            "operations": [
                {"op": "create", "task": {"title": " x "}},
                {"op": "edit", "id": ID, "task": {"title": "y"}, "if_version": 3},
                {"op": "complete", "id": ID.upper()},
                {"op": "complete", "id": ID, "completed": False, "if_version": None},
                {"op": "delete", "id": ID},
            ]
        }
    )

    assert [each.op for each in read] == ["create", "edit", "complete", "complete", "delete"]
    assert [str(each.id) for each in read] == [NOBODY, *[ID] * 4]
    assert [each.fields for each in read] == [{"title": "x"}, {"title": "y"}, {}, {}, {}]
    assert [each.completed for each in read] == [None, None, None, False, None]
    assert [each.version for each in read] == [None, 3, None, None, None]


@pytest.mark.parametrize(
    "id", ["", "x", ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", f" {ID}", f"{ID}\n", "\0"]
)
def test_an_id_that_is_none_names_no_task(id: str) -> None:
    (read,) = read_operations({"operations": [{"op": "delete", "id": id}]})

    assert str(read.id) == NOBODY


def test_every_bad_member_is_named_by_the_way_to_it() -> None:
    assert bad(
        {"op": "create", "task": {"title": "", "tags": ["a", "a"], "titel": 1}},
        {"op": "edit", "if_version": True, "x": 1},
        {"op": "complete", "id": None, "completed": "true"},
        {"op": "delete", "id": ID, "if_version": 1.5},
        7,
    ) == [
        ("operations", 0, "task", "title"),
        ("operations", 0, "task", "tags", 1),
        ("operations", 0, "task", "titel"),
        ("operations", 1, "if_version"),
        ("operations", 1, "x"),
        ("operations", 1, "id"),
        ("operations", 1, "task"),
        ("operations", 2, "id"),
        ("operations", 2, "completed"),
        ("operations", 3, "if_version"),
        ("operations", 4),
    ]


@pytest.mark.parametrize(
    "given_", [{}, {"operations": None}, {"operations": {}}, {"operations": []}]
)
def test_there_have_to_be_operations(given_: dict[str, Any]) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_operations(given_)

    assert [error.path for error in refused.value.errors] == [("operations",)]


def test_there_may_be_100() -> None:
    many = [{"op": "delete", "id": ID}] * MOST_OPERATIONS

    assert len(read_operations({"operations": many})) == 100
    assert bad(*many, many[0]) == [("operations",)]


@given(st.lists(operations, min_size=1, max_size=4))
def test_whatever_is_said_is_read_or_refused(said: list[object]) -> None:
    named: set[object] = set()
    read: Sequence[Operation] = []
    try:
        read = read_operations({"operations": said})
    except InvalidFields as refused:
        named = {error.path[:2] for error in refused.errors}

    assert named <= {("operations", place) for place in range(len(said))}
    assert bool(named) is not bool(read)
    assert named or len(read) == len(said)
