"""The error table is complete, and what goes wrong on our side stays there (contract §5)."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from dependency_injector import providers
from litestar.exceptions import HTTPException

from application.errors import Busy, CorruptRecord, StorageError, Unavailable
from domain.errors import FieldError, InvalidFields, NotOwner, TaskhavenError
from entrypoints.http.errors import Fault, InvalidRequest, RequestError
from entrypoints.http.problems import PROBLEMS, answer_to
from tests.http.answers import refusal
from tests.http.api import Api, container, in_process, path_of
from tests.log_lines import LogLines


def tree(root: type[Exception]) -> Iterator[type[Exception]]:
    """The errors that are raised: those at the ends of the branches.

    What an adapter derives for itself is answered as what it was derived from.
    """
    children = [c for c in root.__subclasses__() if not c.__module__.startswith("adapters.")]
    if not children:
        yield root
    for child in children:
        yield from tree(child)


@pytest.mark.parametrize(
    "error", [*tree(TaskhavenError), *tree(RequestError)], ids=lambda error: error.__name__
)
def test_every_error_there_is_has_its_row(error: type[Exception]) -> None:
    assert error in PROBLEMS


def test_every_row_is_for_an_error_there_is() -> None:
    for error in PROBLEMS:
        assert issubclass(error, TaskhavenError | RequestError | HTTPException)


def test_a_code_means_one_thing_and_has_one_status() -> None:
    statuses: dict[str, set[int]] = {}
    for problem in PROBLEMS.values():
        statuses.setdefault(problem.code, set()).add(problem.status)

    assert all(len(found) == 1 for found in statuses.values())
    shared = {p.code for p in PROBLEMS.values()} - {"unauthorized", "validation", "internal"}
    assert len(shared) == sum(p.code in shared for p in PROBLEMS.values())


def test_what_comes_below_a_row_is_answered_like_it() -> None:
    class Stranger(NotOwner):
        pass

    class Odd(StorageError):
        pass

    assert answer_to(Stranger("no row of its own"), "1").status == 403
    assert answer_to(Odd(), "1").status == 500
    assert answer_to(HTTPException(status_code=400, detail="secret"), "1").status == 400
    assert b"secret" not in answer_to(HTTPException(status_code=400, detail="secret"), "1").body


def test_every_fault_is_named_in_its_own_way() -> None:
    bad_request = InvalidRequest(Fault("parameter", "limit", "a"), Fault("header", "If-Match", "b"))
    bad_fields = InvalidFields([FieldError(("tags", 1), "c"), FieldError((), "d")])

    errors = [
        json.loads(answer_to(error, "1").body)["errors"] for error in (bad_request, bad_fields)
    ]

    assert errors == [
        [{"parameter": "limit", "detail": "a"}, {"header": "If-Match", "detail": "b"}],
        [{"pointer": "#/tags/1", "detail": "c"}, {"pointer": "#", "detail": "d"}],
    ]


@pytest.mark.parametrize(
    ("error", "verdict", "level"),
    [
        (RuntimeError("SELECT secret"), (500, "internal"), "error"),
        (KeyError("secret"), (500, "internal"), "error"),
        (CorruptRecord("secret"), (500, "internal"), "error"),
        (RecursionError("secret"), (500, "internal"), "error"),
        (Unavailable("secret"), (503, "storage_unavailable"), "warning"),
        (Busy("secret"), (503, "busy"), "warning"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_O04_a_failure_is_told_in_constant_words_and_logged_once(
    log_lines: LogLines, error: Exception, verdict: tuple[int, str], level: str
) -> None:
    async def fail(*_: object) -> None:
        raise error

    broken = container()
    broken.read_task.override(providers.Object(fail))
    async with in_process(broken) as api:
        answer = await api.user().send("GET", path_of("no-id"), headers={"x-request-id": "mine"})

    assert refusal(answer) == verdict
    assert "secret" not in answer.text
    assert answer.headers.get("retry-after") == ("1" if verdict[0] == 503 else None)
    (line,) = log_lines.of("taskhaven.http")
    assert (line["level"], line["request_id"]) == (level, "mine")


async def test_a_refusal_is_not_logged(memory_api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "taskhaven")  # the audit trail aside
    alice = memory_api.user()

    await alice.send("POST", content=b"{")
    await alice.send("GET", path_of("no-id"))
    await alice.send("GET", headers={"authorization": "Bearer x"})

    assert not caplog.records


@pytest.mark.parametrize(
    "damage", ["due_day = 'soon'", "tags = '{'", "tags = '5'", "updated_at = 'z'", "priority = 9"]
)
async def test_O04_a_damaged_row_is_our_fault(
    sqlite_url: str, sqlite_file: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    async with in_process(container(DATABASE_URL=sqlite_url)) as api:
        alice, bob = api.user(), api.user()
        task, fine = await alice.create(due_date="2026-12-01"), await bob.create()
        with sqlite3.connect(sqlite_file) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute(f"UPDATE tasks SET {damage} WHERE id = ?", (task["id"],))
        connection.close()

        answers = [
            await alice.send("GET", path_of(task)),
            await alice.send("GET"),
            await alice.send("PATCH", path_of(task), json={"title": "new"}),
        ]
        others = (await bob.send("GET")).json()

    assert [refusal(answer) for answer in answers] == [(500, "internal")] * 3
    assert others == [fine]
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 3
