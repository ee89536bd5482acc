"""What profiles say of where a request's time goes (`make bench-profiles`)."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.compare.places import PAGE, ROOT
from benchmarks.profiles import sampling
from benchmarks.profiles.layers import LAYERS, OTHER, grouped, layer_of
from benchmarks.profiles.page import BEGIN, END, Profile, section
from benchmarks.profiles.threads import Whose, taken

PACKAGES = "/somewhere/lib/python3.11/site-packages"
LIBRARY = "/somewhere/lib/python3.11"
LOOP = "thread (7): MainThread;run (<frozen runpy>:88)"
GRANIAN = f"watcher ({PACKAGES}/granian/_futures.py:15)"
EDGE = f"Edge.__call__ ({ROOT}/entrypoints/http/edge.py:58)"
READ = f"ReadTask.__call__ ({ROOT}/application/tasks.py:9)"
ROWS = f"task_of ({ROOT}/adapters/sql/rows.py:20)"
FIGURE = f"inc ({PACKAGES}/prometheus_client/values.py:1)"
ENUM = f"Enum.<lambda>.__call__ ({LIBRARY}/enum.py:714)"

OURS = [
    str(file.relative_to(ROOT))
    for folder in (
        *("entrypoints/http", "application", "domain"),
        *(f"adapters/{each}" for each in ("postgres", "sql", "tokens", "metrics", "system")),
    )
    for file in sorted((ROOT / folder).rglob("*.py"))
]


def a_profile(request: str = "GET one") -> Profile:
    samples = {"JSON": 30, "who calls": 60, OTHER: 10}
    spent = {Whose.LOOP: 200.0, Whose.SERVER: 25.0, Whose.LOG: 4.25}
    return Profile(request, 1234.5, samples, spent)


@pytest.mark.parametrize(
    ("frames", "layer"),
    [
        ([GRANIAN], "HTTP server's glue, event loop"),
        ([GRANIAN, f"Litestar.__call__ ({PACKAGES}/litestar/app.py:623)"], "finding the route"),
        ([GRANIAN, EDGE], "what every answer has"),
        ([GRANIAN, EDGE, READ], "the command itself"),
        ([GRANIAN, EDGE, READ, f"add ({ROOT}/adapters/sql/tasks.py:1)"], "statements"),
        ([GRANIAN, EDGE, READ, ROWS], "rows into tasks"),
        ([GRANIAN, EDGE, READ, ROWS, ENUM, "__init__ (<string>)"], "rows into tasks"),
        ([GRANIAN, EDGE, FIGURE], "line in the log, figures"),
        ([f"serve ({ROOT}/entrypoints/cli/serving.py:43)", ENUM], OTHER),
        ([], OTHER),
    ],
)
def test_a_sample_is_of_the_layer_of_its_innermost_frame(frames: list[str], layer: str) -> None:
    raw = ";".join([LOOP, *frames]) + " 3\n"

    assert grouped(raw, 7) == {layer: 3}


def test_samples_of_a_layer_are_added_up_and_others_left_out() -> None:
    stacks = [
        f"{LOOP};{GRANIAN};{EDGE} 2",
        f"{LOOP};{EDGE} 5",
        f"{LOOP};{EDGE};{ROWS} 1",
        f"thread (71): log;{EDGE} 100",
        "thread (8) 1000",
        f"{LOOP};{EDGE};torn (",
        "in two 4",
    ]

    assert grouped("\n".join(stacks), 7) == Counter(
        {"what every answer has": 7, "rows into tasks": 1}
    )


@pytest.mark.parametrize("file", OURS)
def test_each_file_that_answers_is_of_a_layer(file: str) -> None:
    assert layer_of(file) in LAYERS


def test_no_path_is_of_two_layers_and_ours_are_there() -> None:
    paths = [path for each in LAYERS.values() for path in each]
    ours = [path for path in paths if (ROOT / path.split("/")[0]).exists()]

    assert sorted(paths) == sorted(set(paths))
    assert {path.split("/")[0] for path in paths if path not in ours} == {
        *("granian", "litestar", "prometheus_client")
    }
    assert not [path for path in ours if not (ROOT / path).exists()]


def test_time_is_that_of_the_loop_the_log_or_the_server() -> None:
    before = {7: 1.0, 8: 2.0, 9: 3.0}
    after = {7: 1.5, 8: 2.25, 9: 3.125, 10: 4.0}  # of which the last has begun meanwhile

    spent = taken(before, after, loop=7, pythons=[7, 9])

    assert spent == {Whose.LOOP: 0.5, Whose.SERVER: 4.25, Whose.LOG: 0.125}


def test_a_table_shares_out_the_time_of_the_loop_and_adds_the_others() -> None:
    lines = section("So.", [a_profile(), a_profile("POST")]).splitlines()

    assert lines[0] == "So."
    assert lines[2] == "| µs of processor a request | GET one | POST |"
    assert lines[4] == "| *requests/s* | *1,234* | *1,234* |"
    assert "| JSON | 60.0 | 60.0 |" in lines
    assert "| who calls | 120 | 120 |" in lines
    assert "| statements | 0.0 | 0.0 |" in lines
    assert "| not ours, idle | 20.0 | 20.0 |" in lines
    assert lines[-3:] == [
        "| threads of the HTTP server | 25.0 | 25.0 |",
        "| thread that writes the log | 4.2 | 4.2 |",
        "| sum | 229 | 229 |",
    ]
    assert len(lines) == 5 + len(LAYERS) + 1 + 3


def test_our_page_has_one_place_for_it() -> None:
    text = PAGE.read_text()

    assert text.count(BEGIN) == text.count(END) == 1
    assert text.index(BEGIN) < text.index(END)


def test_it_is_said_that_py_spy_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sampling, "_PY_SPY", tmp_path / "py-spy")

    assert sampling.missing() == "py-spy is missing: make bench-profiles installs it"


def test_it_is_said_that_py_spy_may_not_look(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "py-spy"
    program.write_text("#!/bin/sh\necho 'Permission Denied' >&2\nexit 1\n")
    program.chmod(0o700)
    monkeypatch.setattr(sampling, "_PY_SPY", program)

    said = sampling.missing() or ""

    assert "Permission Denied" in said
    assert "ptrace" in said
