"""What becomes of requests, streams and processes when the service ends or is killed in part."""

import json
import os
import re
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.command_line import PATIENCE, token_of_alice
from tests.http.api import SECRET
from tests.http.server import Server
from tests.ports import is_taken
from tests.processes import children, gone

FOR_EVER = "300"  # seconds; nobody waits that long


@pytest.fixture
def token(tmp_path: Path) -> str:
    return token_of_alice(tmp_path, JWT_SECRET=SECRET)


def serving(folder: Path, **settings: str) -> Server:
    url = f"sqlite:///{folder}/tasks.db"
    return Server(folder, DATABASE_URL=url, LOG_LEVEL="info", **settings)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, WORKERS="2", DRAIN_SECONDS="2") as server:
        yield server


def until(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def connected(server: Server) -> closing[HTTPConnection]:
    return closing(HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE))


def readiness(server: Server) -> int | None:
    """The status of the answer, none where there is none."""
    with suppress(OSError, HTTPException), connected(server) as connection:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status
    return None


def workers(server: Server) -> int:
    """How many say that they live."""
    with connected(server) as connection:
        connection.request("GET", "/metrics")
        figures = connection.getresponse().read()
        (count,) = re.findall(rb"^taskhaven_workers (\d+)", figures, re.MULTILINE)
        return int(count)


class Client(threading.Thread):
    """Makes tasks over a connection that it keeps, until the service says that it is not ready."""

    def __init__(self, server: Server, token: str) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self.made: list[str] = []
        self.told_to_close = False
        self.failed: list[BaseException] = []

    def run(self) -> None:
        try:
            with connected(self.server) as connection:
                while readiness(self.server) == 200:
                    for _ in range(20):
                        self.make(connection)
        except (OSError, HTTPException, AssertionError) as error:
            self.failed.append(error)

    def make(self, connection: HTTPConnection) -> None:
        connection.request("POST", "/api/v1/tasks", b'{"title":"x"}', self.headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 201, body
        self.made.append(json.loads(body)["id"])
        self.told_to_close |= answer.getheader("connection") == "close"


def test_F13_no_request_is_lost_while_balancers_turn_away(
    server: Server, token: str, tmp_path: Path
) -> None:
    clients = [Client(server, token) for _ in range(4)]
    for client in clients:
        client.start()
    until(lambda: all(len(client.made) > 20 for client in clients))

    os.kill(server.pid, signal.SIGTERM)
    until(lambda: readiness(server) in {503, None})
    for client in clients:
        client.join(PATIENCE)
    server.stop()

    assert [client.failed for client in clients] == [[]] * 4
    assert any(client.told_to_close for client in clients)
    made = {id for client in clients for id in client.made}
    with serving(tmp_path) as again:
        assert made <= _all_ids(again, token)
        again.stop()


def _all_ids(server: Server, token: str) -> set[str]:
    ids: set[str] = set()
    path: str | None = "/api/v1/tasks?limit=500"
    while path:
        with connected(server) as connection:
            connection.request("GET", path, headers={"authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            ids |= {task["id"] for task in json.loads(answer.read())}
        link = answer.getheader("link")
        path = link.partition("<")[2].partition(">")[0] if link else None
    return ids


def test_F13_readiness_turns_while_the_process_lives_and_serves(server: Server, token: str) -> None:
    os.kill(server.pid, signal.SIGTERM)

    until(lambda: readiness(server) == 503)
    client = Client(server, token)
    with connected(server) as connection:
        client.make(connection)

    assert client.told_to_close
    server.stop()


def test_F13_a_worker_that_was_still_starting_is_not_ready_either(tmp_path: Path) -> None:
    server = serving(tmp_path, WORKERS="4", DRAIN_SECONDS="6")
    server.launch()
    until(lambda: readiness(server) == 200)

    os.kill(server.pid, signal.SIGTERM)
    until(lambda: len(children(server.pid)) == 4)
    time.sleep(2)  # by now all have started
    found = {readiness(server) for _ in range(30)}

    assert found == {503}
    server.ended()


def test_F13_nor_is_one_that_replaces_a_dead_one(tmp_path: Path) -> None:
    with serving(tmp_path, DRAIN_SECONDS="8") as server:
        (worker,) = children(server.pid)
        os.kill(server.pid, signal.SIGTERM)
        until(lambda: readiness(server) == 503)

        os.kill(worker, signal.SIGKILL)
        until(lambda: readiness(server) is not None)

        assert readiness(server) == 503
        server.ended()


def test_F13_a_request_under_way_is_finished(tmp_path: Path, token: str) -> None:
    with serving(tmp_path) as server, server.connect() as slow:
        body = b'{"title":"slow"}'
        head = (
            f"POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        slow.sendall(head.encode() + body[:5])
        time.sleep(0.3)

        os.kill(server.pid, signal.SIGTERM)
        time.sleep(0.3)
        slow.sendall(body[5:])

        (answer,) = server.answers(slow)
        assert answer.status_code == 201
        server.stop()


def test_F13_streams_end_and_say_so(server: Server, token: str) -> None:
    with connected(server) as connection:
        headers = {"authorization": f"Bearer {token}"}
        connection.request("GET", "/api/v1/changes/stream", headers=headers)
        stream = connection.getresponse()
        stream.readline()

        os.kill(server.pid, signal.SIGTERM)

        assert stream.read().endswith(b'event: end\ndata: {"reason":"restart"}\n\n')
    server.stop()


@pytest.mark.parametrize(
    "signals",
    [[signal.SIGTERM, signal.SIGTERM], [signal.SIGINT]],
    ids=["told-twice", "interrupted"],
)
def test_F13_whoever_will_not_wait_need_not(tmp_path: Path, signals: list[signal.Signals]) -> None:
    with serving(tmp_path, WORKERS="2", DRAIN_SECONDS=FOR_EVER) as server:
        *before, last = signals
        for each in before:
            os.kill(server.pid, each)
            until(lambda: readiness(server) == 503)
        os.kill(server.pid, last)

        server.ended()


@pytest.mark.parametrize("after", [0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4])
def test_F13_the_word_to_stop_is_heard_at_any_moment_of_the_start(
    tmp_path: Path, after: float
) -> None:
    server = serving(tmp_path, WORKERS="2")
    server.launch()
    time.sleep(after)

    os.kill(server.pid, signal.SIGTERM)

    server.ended(but=-signal.SIGTERM)


def test_F14_a_dead_worker_is_replaced(tmp_path: Path, token: str) -> None:
    with serving(tmp_path, WORKERS="2") as server:
        before = children(server.pid)
        assert len(before) == 2

        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(set(children(server.pid)) - set(before)) == 1)

        until(lambda: readiness(server) == 200)
        client = Client(server, token)
        for _ in range(20):
            with connected(server) as connection:
                client.make(connection)
        server.stop()


def test_F14_an_only_worker_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        (worker,) = children(server.pid)

        os.kill(worker, signal.SIGKILL)
        until(lambda: children(server.pid) not in ([worker], []))

        until(lambda: readiness(server) == 200)
        server.stop()


def test_F14_workers_do_not_outlive_what_started_them(tmp_path: Path) -> None:
    server = serving(tmp_path, WORKERS="2")
    with server:
        workers = children(server.pid)

        os.kill(server.pid, signal.SIGKILL)

        until(lambda: all(map(gone, workers)))
        assert not is_taken(server.port)
        server.kill()


def test_F13_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    with serving(tmp_path, WORKERS="2") as server:
        assert [*(tmp_path / "tmp").iterdir()], "what workers share of their figures"
        until(lambda: workers(server) == 2)  # one that is still starting is ended without ado
        server.stop()

    assert [*(tmp_path / "tmp").iterdir()] == []
    # Where two workers close their last connections in the same instant, SQLite leaves the log to
    # whoever closes next, and is the only one.
    with closing(sqlite3.connect(tmp_path / "tasks.db")) as only:
        only.execute("SELECT * FROM alembic_version").fetchall()
    assert not (tmp_path / "tasks.db-wal").exists(), "a connection was left open"
    with socket.create_server(("127.0.0.1", server.port)):
        pass
