"""What is seen of a request costs it: `python -m benchmarks.edge_cost --help`.

The same small answer, called as the HTTP server calls it: bare, through the outer wrapper, through
the wrapper with figures, and with figures and a log line, whose lines go to /dev/null. Figures are
kept in files, as the server's workers keep them. Processor time, that of the thread which writes
the lines included. Rounds of each in turns, in one process.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from statistics import median
from time import process_time
from typing import Any

_FOLDER = tempfile.TemporaryDirectory(prefix="taskhaven-edge-cost-")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _FOLDER.name

# Only now: what keeps figures looks at the environment when it is imported.
from adapters.metrics.prometheus import PrometheusMeter  # noqa: E402
from entrypoints.http.cors import Cors  # noqa: E402
from entrypoints.http.edge import Edge  # noqa: E402
from entrypoints.http.leaving import Leaving  # noqa: E402
from entrypoints.http.watch import Watch  # noqa: E402
from entrypoints.http.ways import Ways  # noqa: E402
from entrypoints.logs.access import request_log  # noqa: E402
from entrypoints.logs.sink import STDERR  # noqa: E402

App = Callable[[Any, Any, Any], Awaitable[None]]

_FLUSH = 1000  # requests; the thread must not fall behind, or lines would be dropped
_BODY = b'{"status": "live"}'
_HEADERS = [
    (b"host", b"tasks.example.com"),
    (b"user-agent", b"benchmark"),
    (b"accept", b"*/*"),
    (b"authorization", b"Bearer " + b"x" * 300),
    (b"x-forwarded-for", b"192.0.2.7"),
]


def main() -> None:
    arguments = _arguments()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    times = asyncio.run(_measured(arguments.rounds, arguments.requests))
    print("| | µs a request | range | more than before |")
    print("|---|---|---|---|")
    before = None
    for name, taken in times.items():
        more = "" if before is None else f"{median(taken) - before:.1f}"
        before = median(taken)
        print(f"| {name} | {before:.1f} | {min(taken):.1f} to {max(taken):.1f} | {more} |")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="of each, in turns")
    parser.add_argument("--requests", type=int, default=5_000, help="in a round")
    return parser.parse_args()


def _wrapped() -> Iterator[tuple[str, App]]:
    """The answer, more and more of which is seen."""
    meter, log = PrometheusMeter(), request_log("json", "info")
    yield "the answer alone", _answer
    for name, watch in (
        ("with the wrapper", Watch()),
        ("with figures", Watch(meter)),
        ("with figures and a line", Watch(meter, log, proxies=())),
    ):
        edge: Any = Edge(_answer, Ways(()), Cors(()), watch, Leaving())
        yield name, edge


async def _measured(rounds: int, requests: int) -> dict[str, list[float]]:
    """Microseconds a request, one for each round."""
    apps = dict(_wrapped())
    times: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(rounds):
        for name, app in apps.items():
            times[name].append(await _round(app, requests))
    return times


async def _round(app: App, requests: int) -> float:
    began = process_time()
    for number in range(requests):
        await app(_scope(), _receive, _send)
        if number % _FLUSH == 0:
            STDERR.flush()
    STDERR.flush()
    return (process_time() - began) / requests * 1e6


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    """What a route does at least."""
    scope["path_template"] = "/api/v1/{user_id}/tasks"
    await receive()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"18")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _BODY, "more_body": False})


def _scope() -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
        "method": "GET", "path": "/api/v1/alice/tasks", "raw_path": b"/api/v1/alice/tasks",
        "root_path": "", "query_string": b"", "headers": _HEADERS, "state": {},
        "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 50_000),
    }  # fmt: skip


async def _receive() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(message: Any) -> None:
    pass


if __name__ == "__main__":
    main()
