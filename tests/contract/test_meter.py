"""What any `Meter` keeps, and what several processes keep together."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.metrics.prometheus import PrometheusMeter
from application.metering import (
    AUDIT_EVENTS,
    FIGURES,
    MEMORY,
    OPEN_FILES_MOST,
    READY,
    REQUEST_SECONDS,
    REQUESTS,
    STARTED,
    UNMETERED,
    WRITES,
    Counter,
    Gauge,
    Meter,
    Over,
    Timing,
)
from tests.contract.meters import MeterElsewhere
from tests.figures import Figures

ROUTE = "/api/v1/{user_id}/tasks"
COUNTED, TIMED = "taskhaven_requests_total", "taskhaven_request_seconds"


@pytest.fixture(params=["here", "elsewhere"])
def meter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Meter]:
    """One that nobody else adds to: alone, and the only one in its folder."""
    if request.param == "here":
        yield PrometheusMeter()
    else:
        with MeterElsewhere(tmp_path) as elsewhere:
            yield elsewhere


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[MeterElsewhere, MeterElsewhere]]:
    """Two processes that keep their figures together."""
    with MeterElsewhere(tmp_path) as one, MeterElsewhere(tmp_path) as other:
        yield one, other


def said(meter: Meter) -> Figures:
    return Figures.read(meter.text().decode())


def test_a_counter_grows_for_each_combination_of_labels(meter: Meter) -> None:
    meter.count(REQUESTS, ROUTE, "GET", "200")
    meter.count(REQUESTS, ROUTE, "GET", "200", by=2.5)
    meter.count(REQUESTS, ROUTE, "GET", "404")

    figures = said(meter)
    assert figures.of(COUNTED, route=ROUTE, method="GET", status="200") == 3.5
    assert figures.of(COUNTED, status="404") == 1
    assert figures.of(COUNTED) == 4.5


@pytest.mark.parametrize("gauge", [MEMORY, OPEN_FILES_MOST, STARTED, READY], ids=lambda g: g.over)
def test_a_gauge_is_what_was_said_last(meter: Meter, gauge: Gauge) -> None:
    for value in (3, 7, 5):
        meter.set(gauge, value)

    assert said(meter).of(gauge.name) == 5


def test_a_timing_tells_how_many_took_how_long(meter: Meter) -> None:
    for seconds in (0.002, 0.3, 60):
        meter.time(REQUEST_SECONDS, seconds, ROUTE, "GET")

    figures = said(meter)
    assert figures.of(f"{TIMED}_count", route=ROUTE, method="GET") == 3
    assert figures.of(f"{TIMED}_sum") == pytest.approx(60.302)
    within = {each.labels["le"]: each.value for each in figures.samples(f"{TIMED}_bucket")}
    assert (within["0.001"], within["0.0025"], within["0.25"], within["0.5"]) == (0, 1, 1, 2)
    assert (within["10.0"], within["+Inf"]) == (2, 3)


def test_every_figure_has_its_name_its_kind_and_its_meaning(meter: Meter) -> None:
    for figure in FIGURES:
        labels = ["x"] * len(figure.labels)
        match figure:
            case Counter():
                meter.count(figure, *labels)
            case Timing():
                meter.time(figure, 1, *labels)
            case Gauge():
                meter.set(figure, 1, *labels)

    kinds = {Counter: "counter", Timing: "histogram", Gauge: "gauge"}
    shown = {each.name: (each.type, each.samples[0].labels) for each in said(meter).families}
    assert {name: kind for name, (kind, _) in shown.items()} == {
        figure.name: kinds[type(figure)] for figure in FIGURES
    }
    assert {name: {*labels} - {"le"} for name, (_, labels) in shown.items()} == {
        figure.name: {*figure.labels} for figure in FIGURES
    }


def test_what_has_no_labels_is_there_from_the_start_and_nothing_else(meter: Meter) -> None:
    figures = said(meter)

    shown = {each.name for each in figures.families if each.samples}
    assert shown - {READY.name} == {
        figure.name for figure in FIGURES if not figure.labels and figure is not READY
    }, "what was said last is nothing before somebody said it"
    assert figures.of("taskhaven_writes_total") == 0


@pytest.mark.parametrize("value", ['"', "\\", "\n", 'a"} 1\nb{c="', "ü", "", " ", "\\n"], ids=ascii)
def test_a_label_is_what_it_is(meter: Meter, value: str) -> None:
    meter.count(AUDIT_EVENTS, value)

    (sample,) = said(meter).samples("taskhaven_audit_events_total")
    assert sample.labels == {"event": value}


def test_who_keeps_nothing_takes_all_the_same() -> None:
    UNMETERED.count(WRITES)
    UNMETERED.time(REQUEST_SECONDS, 1, ROUTE, "GET")
    UNMETERED.set(MEMORY, 1)

    assert UNMETERED.text() == b""


Pair = tuple[MeterElsewhere, MeterElsewhere]
OVER = {
    MEMORY: (Over.SUM, 5),
    OPEN_FILES_MOST: (Over.LEAST, 2),
    STARTED: (Over.MOST, 3),
    READY: (Over.LATEST, 2),
}


def test_processes_count_together_whoever_is_asked(pair: Pair) -> None:
    for number, meter in enumerate(pair, 1):
        meter.count(REQUESTS, ROUTE, "GET", "200", by=number)
        meter.time(REQUEST_SECONDS, number, ROUTE, "GET")

    for meter in pair:
        figures = said(meter)
        assert figures.of(COUNTED, route=ROUTE, method="GET", status="200") == 3
        assert figures.of(f"{TIMED}_count") == 2
        assert figures.of(f"{TIMED}_sum") == 3


def test_a_gauge_is_one_figure_made_of_all(pair: Pair) -> None:
    for meter, value in zip(pair, (3, 2), strict=True):
        for gauge in OVER:
            meter.set(gauge, value)

    for gauge, (over, together) in OVER.items():
        assert gauge.over is over
        for meter in pair:
            assert [each.value for each in said(meter).samples(gauge.name)] == [together]


@pytest.mark.parametrize("end", [MeterElsewhere.kill, MeterElsewhere.end])
def test_of_a_process_that_is_gone_the_counters_stay_and_the_gauges_go(
    pair: Pair, end: Callable[[MeterElsewhere], None]
) -> None:
    one, other = pair
    for meter, value in ((other, 2), (one, 3)):
        for gauge in OVER:
            meter.set(gauge, value)
        meter.count(WRITES)
        meter.time(REQUEST_SECONDS, 1, ROUTE, "GET")

    end(one)

    for _ in range(2):
        figures = said(other)
        assert {gauge: figures.of(gauge.name) for gauge in OVER} == dict.fromkeys(OVER, 2)
        assert figures.of("taskhaven_writes_total") == 2
        assert figures.of(f"{TIMED}_count") == 2


def test_a_process_can_be_asked_while_another_writes_and_a_third_is_killed(
    pair: Pair, tmp_path: Path
) -> None:
    one, other = pair
    one.spin(WRITES)
    with MeterElsewhere(tmp_path) as third:
        third.spin(WRITES)
        seen = [said(other).of("taskhaven_writes_total") for _ in range(20)]
        third.kill()
        seen += [said(other).of("taskhaven_writes_total") for _ in range(20)]

    assert seen == sorted(seen)
    assert seen[-1] > seen[0]
