"""docs/errors.md lists every code that a client can meet, with its status."""

import re
from pathlib import Path

from entrypoints.http.problems import PROBLEMS

PAGE = (Path(__file__).parents[1] / "docs" / "errors.md").read_text()
FRAMEWORK = ("bad_request", 400)


def listed() -> list[tuple[str, int]]:
    """Each row of the table."""
    rows = re.findall(r"^\| `(\w+)` \| (\d{3}) \| .+ \| .+ \|$", PAGE, re.MULTILINE)
    return [(code, int(status)) for code, status in rows]


def test_it_lists_exactly_the_codes_there_are_each_with_its_status() -> None:
    there = {(problem.code, problem.status) for problem in PROBLEMS.values()} | {FRAMEWORK}

    assert set(listed()) == there


def test_it_lists_each_code_once_and_in_the_order_of_the_statuses() -> None:
    codes, statuses = zip(*listed(), strict=True)

    assert len(set(codes)) == len(codes)
    assert list(statuses) == sorted(statuses)


def test_every_row_of_the_table_is_read() -> None:
    assert len(listed()) == len(re.findall(r"^\| `", PAGE, re.MULTILINE))
