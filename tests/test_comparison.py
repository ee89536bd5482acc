"""What the comparison with others says of its runs, and what it asks (`make bench`)."""

from pathlib import Path

import pytest

from benchmarks.compare.data import DataSet, id_of
from benchmarks.compare.floor import Floor
from benchmarks.compare.overheard import statements
from benchmarks.compare.places import PAGE
from benchmarks.compare.report import BEGIN, END, write
from benchmarks.compare.rounds import Run, Runs
from benchmarks.compare.scenarios import (
    CHANGES,
    GET,
    LIST,
    POST,
    SCENARIOS,
    Scenario,
    Tokens,
    body,
    requests,
)
from benchmarks.compare.systems import FASTAPI, TASKHAVEN_ON_POSTGRESQL, taskhaven
from benchmarks.compare.targets import ratio, verdicts

DATA = DataSet(owners=3, tasks=20, large=40)
SECRET = "of a comparison that nobody runs, long enough"


def runs(scenario: str, ours: float, theirs: float) -> Runs:
    return {
        (scenario, TASKHAVEN_ON_POSTGRESQL): [Run(ours, 1.0, 2.0, None, None)],
        (scenario, FASTAPI): [Run(theirs, 3.0, 4.0, None, None)],
    }


def sent(scenario: Scenario) -> list[bytes]:
    system = taskhaven(TASKHAVEN_ON_POSTGRESQL, "postgresql://nobody@localhost/none", SECRET)
    return list(requests(scenario, system, DATA, Tokens(SECRET, DATA.owners + 1)))


def task_ids(scenario: Scenario) -> set[str]:
    return {head.split()[1].decode().split("/")[5] for head in sent(scenario)}


def test_tables_take_the_place_of_those_before_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    write(page, "new")
    write(page, "newer")

    assert page.read_text() == f"before\n{BEGIN}\n\nnewer\n\n{END}\nafter\n"


def test_a_page_without_a_place_for_tables_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a page")

    with pytest.raises(ValueError, match="unpack"):
        write(page, "new")
    assert page.read_text() == "a page"


def test_our_page_has_one_place_for_them() -> None:
    text = PAGE.read_text()

    assert text.count(BEGIN) == text.count(END) == 1
    assert text.index(BEGIN) < text.index(END)


def test_a_target_is_hit_from_its_number_on() -> None:
    hit, missed = runs(GET, 1200, 100), runs(GET, 1199, 100)

    assert ratio(hit, GET, FASTAPI) == 12
    assert [verdict.hit for verdict in verdicts(hit)] == [True, True]
    assert [verdict.hit for verdict in verdicts(missed)] == [False, True]


def test_a_rival_that_was_not_there_has_no_verdict() -> None:
    alone = {(GET, TASKHAVEN_ON_POSTGRESQL): [Run(1200, 1.0, 2.0, None, None)]}

    assert list(verdicts(alone)) == []


def test_what_is_written_is_never_read() -> None:
    one_task = [each for each in SCENARIOS if "/tasks/" in sent(each)[0].split()[1].decode()]
    read = set().union(*(task_ids(each) for each in one_task if not each.writes))
    written = set().union(*(task_ids(each) for each in one_task if each.writes))
    all_ids = {str(id_of(serial)) for serial in range(len(DATA))}

    assert read | written == all_ids
    assert not read & written


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_bodies_are_as_long_as_announced(scenario: Scenario) -> None:
    lengths = {len(body(scenario, number)) for number in (0, 7, 10**8 - 1)}
    announced = [
        int(line.split(b":")[1])
        for line in sent(scenario)[0].split(b"\r\n")
        if line.startswith(b"Content-Length:")
    ]

    assert lengths == set(announced or [0])


def test_the_floor_asks_what_is_overheard_from_the_adapters() -> None:
    known = {scenario.name for scenario in SCENARIOS if Floor("", DATA).has(scenario)}

    assert known == {GET, LIST, CHANGES, POST} == statements().keys()
    assert "apply_changes" in statements()[POST].text
