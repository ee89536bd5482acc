"""What callers may say, for Hypothesis."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from domain.due import Due
from domain.fields import MAX_DESCRIPTION, MAX_TAG, MAX_TAGS, MAX_TITLE, Fields, Priority
from domain.task import Task
from tests.builders import an_id, an_owner

# All but lone surrogates and control characters, tab, LF and CR excepted.
characters = st.one_of(st.characters(exclude_categories=("Cs", "Cc")), st.sampled_from("\t\n\r"))


def text(longest: int) -> st.SearchStrategy[str]:
    """Text that is neither blank nor in need of trimming."""
    trimmed = st.text(characters, max_size=longest).map(str.strip)
    return trimmed.filter(bool)


titles = text(MAX_TITLE)
descriptions = st.none() | st.text(characters, max_size=MAX_DESCRIPTION)
tags = st.lists(text(MAX_TAG), max_size=MAX_TAGS, unique=True).map(tuple)
days = st.dates(date(1970, 1, 1), date(2999, 12, 31)).map(lambda day: Due(day=day))
instants = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - Hypothesis wants them naive
    datetime(2999, 12, 31, 23, 59, 59, 999999),  # noqa: DTZ001
    timezones=st.just(UTC),
)
dues = st.none() | days | instants.map(lambda instant: Due(instant=instant))


def fields() -> st.SearchStrategy[Fields]:
    """Well-formed fields, any of them absent."""
    return st.fixed_dictionaries(  # type: ignore[return-value]
        {},
        optional={
            "title": titles,
            "description": descriptions,
            "priority": st.sampled_from(Priority),
            "due_date": dues,
            "tags": tags,
            "completed": st.booleans(),
        },
    )


clocks = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
"""Instants that a clock may tell, which may go back."""


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """A task with a history of some edits."""
    first: Fields = {"title": draw(titles), **draw(fields())}
    task = Task.create(owner=an_owner(), id=an_id(), fields=first, at=draw(clocks))
    for said in draw(st.lists(fields(), max_size=2)):
        task = task.edit(said, at=draw(clocks))
    return task
