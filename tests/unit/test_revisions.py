"""Old code goes on with a schema that only grew, and with no other."""

import pytest

from adapters.sql.revisions import serves


@pytest.mark.parametrize(
    ("found", "needed"),
    [("0003", "0003"), ("0003.1", "0003"), ("0003.10", "0003.2"), ("0003.2", "0003.2")],
)
def test_F16_a_schema_serves_the_code_it_grew_from(found: str, needed: str) -> None:
    assert serves(found, needed)


@pytest.mark.parametrize(
    ("found", "needed"),
    [
        *(("0002", "0003"), ("0004", "0003"), ("0004.1", "0003"), ("0003", "0003.1")),
        *(("0003.2", "0003.10"), ("", "0003"), ("0003.x", "0003"), ("00031", "0003")),
        *(("0003.-1", "0003"), ("0003.1.1", "0003"), ("0003.", "0004")),
    ],
)
def test_F16_and_no_other(found: str, needed: str) -> None:
    assert not serves(found, needed)
