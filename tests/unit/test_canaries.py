"""The search for secrets finds what there is to find, and says where without saying what."""

import json
import logging
import os
from pathlib import Path

import pytest

from tests.canaries import CANARIES, Canaries, request_log
from tests.http.accounts import PASSWORD
from tests.http.api import SECRET
from tests.tokens import claiming

JWT = claiming(sub="alice")
REFRESH = "thrt_" + "a1B2-_" * 10
LEAKS = [
    (f"token: {JWT}", "a JWT"),
    (f'{{"authorization": "Bearer {JWT}"}}', "a JWT"),
    (f"refresh {REFRESH}", "a refresh token"),
    ("cannot reach postgresql://taskhaven:hunter2@db/tasks", "an address with a password"),
    ("postgresql+psycopg://u:p%40ss@[::1]:5432/d", "an address with a password"),
    ("connection: host=db user=u password=hunter22", "a password in a connection's settings"),
    ("it was kT4-canary", "a secret"),
]
HARMLESS = [
    "postgresql://taskhaven:***@db/tasks",
    "postgresql://db/tasks",
    "set DATABASE_URL to postgresql://user:password@host/name",
    "SQLite (data/taskhaven.db)",
    "password=***",
    "eyJ",
    "the password must be at least 8 characters",
    "urn:taskhaven:problem:validation",
    "0192f0c1-2b3c-7d4e-8f50-61728394a5b6",
]


@pytest.mark.parametrize(("text", "kind"), LEAKS, ids=[kind for _, kind in LEAKS])
def test_what_leaks_is_found(text: str, kind: str) -> None:
    canaries = Canaries("kT4-canary")

    canaries.look(f"before\n{text}\nafter", "a line")

    (hit,) = canaries.taken()
    assert hit.startswith(f"{kind} in a line, after ")
    assert "hunter2" not in hit
    assert JWT not in hit
    assert not canaries.taken(), "each is told once"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_is_not(text: str) -> None:
    canaries = Canaries("kT4-canary")

    canaries.look(text, "a line")

    assert not canaries.taken()


def test_a_file_is_looked_at_as_it_grows(tmp_path: Path) -> None:
    canaries, file = Canaries("kT4-canary"), tmp_path / "stderr"
    canaries.watch(file, tmp_path / "gone")
    file.write_text("kT4-canary\nkT4-")
    canaries.look_at_files()
    assert len(canaries.taken()) == 1

    with file.open("a") as more:
        more.write("canary\n")
    canaries.look_at_files()
    assert len(canaries.taken()) == 1, "also where it came in two parts"

    canaries.look_at_files()
    canaries.unwatch(file)
    assert not canaries.taken()


def test_what_a_process_was_called_with_is_looked_at() -> None:
    name = Path("/proc/self/cmdline").read_bytes().split(b"\0")[0].decode()
    canaries = Canaries(name)

    canaries.look_at_process(os.getpid())

    assert canaries.taken()


@pytest.mark.parametrize("secret", [SECRET, PASSWORD, JWT], ids=["secret", "password", "token"])
def test_the_whole_run_is_searched(secret: str) -> None:
    CANARIES.look_at_files()
    assert not CANARIES.taken()

    logging.getLogger("somebody.else").warning("it is %s", secret)
    logging.getLogger("taskhaven.test").info("said", extra={"said": {"what": [secret]}})
    request_log("info", who=secret)

    assert len(CANARIES.taken()) == 3


def test_what_a_request_s_line_says_is_what_the_service_would_write() -> None:
    request_log("info", route=json.dumps("/health"), status=200)

    assert not CANARIES.taken()
