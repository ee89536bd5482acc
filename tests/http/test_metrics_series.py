"""However hostile a request is, it makes no series of its own, and what breaks off is counted."""

import asyncio
from importlib.metadata import version
from typing import Any
from urllib.parse import unquote

from hypothesis import given, settings
from hypothesis import strategies as st

from entrypoints.http.problems import PROBLEMS
from entrypoints.worker import assemble
from tests.http.api import alive, container
from tests.http.counted import REQUESTS, counted, figures, problems


class Gone(Exception):
    """Stands for whatever happens in the middle of an answer."""


async def test_F21_what_breaks_off_counts_with_the_status_it_began_with_and_as_a_problem() -> None:
    made = container()
    app = assemble(made)

    async with alive(app):
        await app(scope_of("GET", b"/health/live"), nothing, gone_after_the_headers)

    assert counted(made) == {("/health/live", "GET", "200"): 1}
    assert problems(made) == {"internal": 1}
    assert made.watch().in_flight == 0


async def nothing() -> Any:
    raise AssertionError("there is no body")


async def gone_after_the_headers(message: Any) -> None:
    if message["type"] == "http.response.body":
        raise Gone


def scope_of(method: str, path: bytes, *headers: tuple[bytes, bytes]) -> Any:
    """A request as the server hands it over, whatever it is."""
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
        "method": method, "path": unquote(path, errors="replace"), "raw_path": path,
        "root_path": "", "query_string": b"", "headers": [(b"host", b"x"), *headers],
        "state": {}, "server": ("x", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip


PIECES = st.sampled_from(
    ["/", "api", "v1", "tasks", "auth", "health", "metrics", "docs", "eve", "..", "%2f", "%0a", "{"]
)
PATHS = st.one_of(
    st.binary(max_size=30).map(lambda raw: b"/" + raw),
    st.lists(PIECES, max_size=8).map(lambda pieces: b"/" + "/".join(pieces).encode()),
)
METHODS = st.one_of(st.sampled_from(["GET", "HEAD", "PUT", "get", "TRACE"]), st.text(max_size=8))
VALUES = st.binary(max_size=30)
NAMES = st.sampled_from([b"authorization", b"origin", b"x-request-id", b"transfer-encoding"])


def test_no_request_makes_a_series_of_its_own() -> None:
    made = container(RATE_LIMIT="3/minute")
    app = assemble(made)
    allowed = {
        *(route.path_format for route in templates(app)),
        *(problem.code for problem in PROBLEMS.values()),
        *("bad_request", "none", "user", "address", "token.refused"),
        *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
        *("memory", version("taskhaven")),
    }

    with asyncio.Runner() as runner:

        @settings(max_examples=300)
        @given(METHODS, PATHS, st.lists(st.tuples(NAMES, VALUES), max_size=3))
        def ask(method: str, path: bytes, headers: list[tuple[bytes, bytes]]) -> None:
            answers: list[Any] = []

            async def send(message: Any) -> None:
                answers.append(message)

            async def receive() -> Any:
                return {"type": "http.request", "body": b"", "more_body": False}

            async def call() -> None:
                await app(scope_of(method, path, *headers), receive, send)

            runner.run(call())
            assert answers[0]["status"] < 500
            unknown = figures(made).label_values - allowed
            assert all(len(value) == 3 and value.isdigit() for value in unknown)

        ask()

    assert figures(made).of(REQUESTS) >= 300
    methods, statuses = 8, 12
    most = len(templates(app)) * methods * statuses
    assert len(counted(made)) < most, "however many ask"


def templates(app: Any) -> list[Any]:
    """Litestar's routes."""
    routes: list[Any] = app._app.routes
    return routes
