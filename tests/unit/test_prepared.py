"""A statement as PostgreSQL's extended protocol takes it, and its values."""

from enum import IntEnum, StrEnum

import pytest

from adapters.postgres.prepared import prepared, values_of
from adapters.sql.database import Statement


class Rank(IntEnum):
    HIGH = 3


class Word(StrEnum):
    HIGH = "high"


def values(*given: object) -> list[bytes | None]:
    params = {f"p{n}": value for n, value in enumerate(given)}
    return values_of(Statement("", {}), list(params), params)


@pytest.mark.parametrize(
    ("text", "query", "names"),
    [
        ("SELECT 1", b"SELECT 1", ()),
        ("%(b)s, %(a)s::int, %(b)s", b"$1, $2::int, $1", ("b", "a")),
        ("LIKE '%%' || %(tag_1)s", b"LIKE '%' || $1", ("tag_1",)),
        ("%%(a)s", b"%(a)s", ()),
        ("%%%(a)s", b"%$1", ("a",)),
        ("'é' %(a)s", "'é' $1".encode(), ("a",)),
        (", ".join(f"%(p{n})s" for n in range(1, 12)), b"$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
         b"$11", tuple(f"p{n}" for n in range(1, 12))),
    ],
)  # fmt: skip
def test_places_have_numbers_in_the_order_of_their_names(
    text: str, query: bytes, names: tuple[str, ...]
) -> None:
    form = prepared(Statement(text, {}))

    assert (form.query, form.names) == (query, names)


def test_the_same_text_is_the_same_statement_whatever_its_constants() -> None:
    one, same = Statement("SELECT %(a)s", {"a": 1}), Statement("SELECT %(a)s", {"a": 2})

    assert prepared(one) is prepared(same)


def test_each_query_has_a_name_of_its_own_that_postgresql_does_not_cut_off() -> None:
    names = [prepared(Statement(f"SELECT {n}", {})).name for n in range(100)]

    assert len(set(names)) == 100
    assert max(map(len, names)) < 50


def test_values_stand_in_the_order_of_the_names_and_constants_are_among_them() -> None:
    statement = Statement("", {"b": "kept", "c": 0})

    assert values_of(statement, ["b", "a", "c"], {"a": "x", "c": 1}) == [b"kept", b"x", b"1"]


def test_values_are_text() -> None:
    given = (None, "", "é\U0001f600", 0, -(2**63), 10**40, Rank.HIGH, Word.HIGH)

    assert values(*given) == [
        *(None, b"", "é\U0001f600".encode(), b"0"),
        *(b"-9223372036854775808", b"1" + b"0" * 40, b"3", b"high"),
    ]


@pytest.mark.parametrize("value", [True, 1.5, b"x", [], {}])
def test_whatever_else_would_be_read_differently_by_every_column(value: object) -> None:
    with pytest.raises(TypeError):
        values(value)


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "\ud800"])
def test_text_that_would_be_cut_off_or_has_no_encoding_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"NUL|surrogates"):
        values(text)


def test_a_value_that_nobody_gave_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        values_of(Statement("", {}), ["a"], {})
