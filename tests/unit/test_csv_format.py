"""Tasks as CSV: exact, and harmless in a spreadsheet."""

import csv
import io
import re

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.task import Task
from entrypoints.cli.csv_format import COLUMNS, CsvWriter, guarded, read_csv, unguarded
from entrypoints.cli.files import BadFile
from entrypoints.http.bodies import body_of
from tests.builders import a_task
from tests.strategies import characters, tasks

FORMULA = re.compile(r"[=+\-@\t\r]")

strings = st.text(characters)
awkward = st.text(st.sampled_from("'=+-@\t\r\n\",;a"), max_size=6)


def written(*tasks: Task) -> bytes:
    writer = CsvWriter()
    return writer.head() + writer.body(tasks) + writer.tail()


def read(text: str | bytes) -> list[tuple[int, object]]:
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    return [(record.place, record.flaw or record.given) for record in read_csv(file)]


@given(strings | awkward)
@example("")
@example("'")
@example("''=1")
def test_a_cell_stands_for_one_string_and_is_no_formula(text: str) -> None:
    cell = guarded(text)

    assert unguarded(cell) == text
    assert cell
    assert not FORMULA.match(cell)


@given(awkward, awkward)
def test_no_two_strings_have_the_same_cell(one: str, other: str) -> None:
    assert (guarded(one) == guarded(other)) == (one == other)


@given(awkward)
def test_what_somebody_typed_is_taken_as_it_is_unless_it_looks_guarded(cell: str) -> None:
    typed = unguarded(cell)

    assert typed == cell or guarded(typed) == cell


def test_a_string_without_danger_stands_as_it_is() -> None:
    for text in ("Buy milk", "it's", "'quoted'", "'it is", "\n=", " =1", "1-2", "a=b"):
        assert guarded(text) == text


@given(st.lists(tasks(), max_size=4))
def test_what_is_written_is_read_again_exactly(made: list[Task]) -> None:
    records = read(written(*made))

    assert len(records) == len(made)
    for (_, values), task in zip(records, made, strict=True):
        body = msgspec.to_builtins(body_of(task))
        said = {name: value for name, value in body.items() if value is not None}
        assert values == {**said, "version": str(task.version), "tags": list(task.tags)}


@given(st.lists(tasks(), min_size=1, max_size=3))
def test_other_readers_of_csv_find_rows_of_whole_cells_none_of_them_a_formula(
    made: list[Task],
) -> None:
    text = written(*made).decode()

    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))

    assert rows[0] == [*COLUMNS]
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert not any(FORMULA.match(cell) for row in rows for cell in row)
    assert text.endswith("\r\n")


def test_null_and_the_empty_string_are_two_things() -> None:
    (_, null), (_, empty) = read(written(a_task(), a_task(description="")))

    assert isinstance(null, dict)
    assert isinstance(empty, dict)
    assert "description" not in null
    assert empty["description"] == ""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_people_and_spreadsheets_write_is_read_too(newline: str, mark: str) -> None:
    lines = [
        "title,completed,tags,description",
        'Buy milk,TRUE,"[""home""]",-5 apples',
        "",
        '"two\nlines",false,,',
        "last",
        "end,no,[,",
    ]

    records = read(mark + newline.join(lines))

    assert records == [
        (2, {"title": "Buy milk", "completed": True, "tags": ["home"], "description": "-5 apples"}),
        (4, {"title": "two\nlines", "completed": False}),
        (6, "must have 4 cells, as the header has; not 1"),
        (7, {"title": "end", "completed": "no", "tags": "["}),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1 must be a header row"),
        ("\n", "line 1 must be a header row"),
        ("Buy milk,true\n", "line 1 must be a header row"),
        ("title,colour\nx,red\n", "line 1 names the column 'colour', which is not a member"),
        ("title,\nx,\n", "line 1 names the column '', which is not a member"),
        ("title,tags,title\nx,,y\n", "line 1 names a column twice"),
        ('title\n"x" y\n', "is not CSV after line"),
        ('title\n"x\n', "is not CSV after line"),
        (f'title\n"{"x" * 200_000}"\n', "is not CSV after line"),
        (b"title\n\xff\n", "is not UTF-8 after line"),
        ("title\nx\n".encode("utf-16"), "is not UTF-8 after line"),
    ],
)
def test_what_is_no_csv_of_tasks_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(BadFile, match=re.escape(message)):
        read(text)
