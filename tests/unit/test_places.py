"""The tokens of followers and of the trash: read as they were written, or refused."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from application.journal import Since
from domain.listing import Mark
from entrypoints.http.places import read_place, read_since, write_place, write_since

instants = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - Hypothesis wants them naive
    datetime(2999, 12, 31, 23, 59, 59, 999999),  # noqa: DTZ001
    timezones=st.just(UTC),
)
positions = st.integers(0, 10**18 - 1)
marks = st.builds(lambda at, id: Mark((at,), id), instants, st.uuids())
garbage = st.text(max_size=60) | st.text("c-0123456789abcdef", max_size=60)


@given(instants, st.uuids())
def test_a_place_is_read_as_it_was_written(at: datetime, id: UUID) -> None:
    written = write_place(at, id)

    assert read_place(written) == (at, id)


@given(st.builds(Since, positions, st.none() | marks))
def test_a_token_is_read_as_it_was_written(since: Since) -> None:
    written = write_since(since)

    assert read_since(written) == since
    assert written.isascii()
    assert not {*written} - {*"c-0123456789abcdef"}


@given(garbage)
@example("c١")
@example("c1\n")
@example("c1-999999999999999999-" + "0" * 32)
@example("c" + "9" * 19)
def test_what_was_never_written_is_refused(text: str) -> None:
    with suppress(ValueError):
        assert _without_zeros(write_since(read_since(text))) == _without_zeros(text)
    with suppress(ValueError):
        assert _without_zeros(write_place(*read_place(text))) == _without_zeros(text)


@pytest.mark.parametrize("text", ["", "c", "1", "c-1", "c1-", "c1-1-", "C1", " c1", "c1 ", "c1\n"])
def test_a_damaged_token_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        read_since(text)


@pytest.mark.parametrize("text", ["", "1", "1-x", "-1-" + "0" * 32, "9" * 18 + "-" + "0" * 32])
def test_a_damaged_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        read_place(text)


def _without_zeros(text: str) -> list[str]:
    return [part.lstrip("0") for part in text.removeprefix("c").split("-")]
