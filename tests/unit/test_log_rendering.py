"""What a line tells: of errors the type and the way to them, of others' errors never the text."""

import asyncio
import json
import logging
import sys
from typing import Any

import psycopg
import pytest

from application.errors import Unavailable
from entrypoints.logs.rendering import formatter
from entrypoints.request import request_id
from tests.log_lines import LogLines

CANARY = "canary-7f3b"
_log = logging.getLogger("taskhaven.test")
_other = logging.getLogger("somebody.else")


def only(lines: LogLines) -> Any:
    (text,) = lines.texts
    return json.loads(text)


def fail(error: BaseException) -> None:
    raise error


def log_of(error: Exception, logger: logging.Logger = _log) -> None:
    try:
        fail(error)
    except Exception:
        logger.exception("it failed")


FOREIGN: list[Exception] = [
    KeyError(CANARY),
    ValueError(f"invalid literal: {CANARY!r}"),
    UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
    FileNotFoundError(2, "No such file", f"/{CANARY}"),
    psycopg.errors.UniqueViolation(f"DETAIL: Key (email)=({CANARY}) already exists."),
    psycopg.errors.NotNullViolation(f"DETAIL: Failing row contains ({CANARY}, null)."),
    psycopg.OperationalError(f'connection failed: password of "{CANARY}"'),
    ExceptionGroup(CANARY, [KeyError(CANARY)]),
]


@pytest.mark.parametrize("kind", ["json", "console"])
@pytest.mark.parametrize("logger", [_log, _other], ids=lambda logger: logger.name)
@pytest.mark.parametrize("error", FOREIGN, ids=lambda error: type(error).__name__)
def test_of_others_errors_the_type_and_the_way_to_them_are_told(
    log_lines: LogLines, error: Exception, logger: logging.Logger, kind: str
) -> None:
    log_lines.setFormatter(formatter(kind))

    log_of(error, logger)

    (text,) = log_lines.texts
    assert CANARY not in text
    assert type(error).__qualname__ in text
    assert f"{__file__}:" in text
    assert "fail" in text


def test_what_raised_it_is_told_by_its_type(log_lines: LogLines) -> None:
    try:
        try:
            fail(KeyError(CANARY))
        except KeyError as error:
            raise RuntimeError(CANARY) from error
    except RuntimeError:
        _log.exception("it failed")

    told = only(log_lines)["exception"]
    assert (told["type"], told["cause"]) == ("builtins.RuntimeError", "builtins.KeyError")
    assert CANARY not in str(told)


def test_PostgreSQL_s_state_is_told_since_it_is_one_of_a_few(log_lines: LogLines) -> None:
    log_of(psycopg.errors.UniqueViolation(CANARY))

    assert only(log_lines)["exception"]["sqlstate"] == "23505"


@pytest.mark.parametrize("kind", ["json", "console"])
def test_what_our_own_errors_say_is_told(log_lines: LogLines, kind: str) -> None:
    log_lines.setFormatter(formatter(kind))

    log_of(Unavailable("PostgreSQL: no answer"))

    assert "PostgreSQL: no answer" in log_lines.texts[0]
    assert "Unavailable" in log_lines.texts[0]


def test_deep_recursion_is_told_in_few_frames(log_lines: LogLines) -> None:
    def dig(depth: int) -> None:
        if depth:
            dig(depth - 1)
        raise RecursionError(CANARY)

    try:
        dig(200)
    except RecursionError:
        _log.exception("it failed")

    assert len(only(log_lines)["exception"]["at"]) == 30


async def test_of_what_asyncio_quotes_nothing_is_told(log_lines: LogLines) -> None:
    async def failing() -> None:
        fail(KeyError(CANARY))

    task = asyncio.ensure_future(failing())
    await asyncio.wait([task])
    del task  # which nobody has asked for its error
    asyncio.get_running_loop().call_soon(fail, KeyError(CANARY))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    first, second = map(json.loads, log_lines.texts)
    assert first["event"] == "Task exception was never retrieved"
    assert second["event"] == "Exception in callback fail"
    assert first["exception"]["type"] == second["exception"]["type"] == "builtins.KeyError"
    assert CANARY not in str(log_lines.texts)


FORGERIES = ["\n", "\r\n{}", "\u2028", "\u2029", "\x85", "\x1b[2K", "\0", "\u202e", "\ud800", "\v"]


@pytest.mark.parametrize("kind", ["json", "console"])
@pytest.mark.parametrize("forgery", FORGERIES, ids=ascii)
def test_nothing_that_is_said_can_forge_a_line(
    log_lines: LogLines, kind: str, forgery: str
) -> None:
    log_lines.setFormatter(formatter(kind))

    _log.warning("a%sb", forgery)
    _log.warning("said", extra={"said": {"what": f"a{forgery}b"}})
    _log.warning("said", extra={"said": {"what": [forgery], "and": {forgery: forgery}}})

    for text in log_lines.texts:
        written = text.encode("utf-8", "backslashreplace").decode()
        assert written.isprintable()
        if kind == "json":
            assert json.loads(written)["level"] == "warning"


def test_what_is_no_JSON_is_told_by_its_repr(log_lines: LogLines) -> None:
    _log.warning("said", extra={"said": {"what": object, "how": {1, 2}, "whom": b"\xff"}})

    line = only(log_lines)
    assert line["what"] == "<class 'object'>"
    assert (line["how"], line["logger"]) == ([1, 2], "taskhaven.test")


@pytest.mark.parametrize("logger", [_log, _other], ids=lambda logger: logger.name)
def test_every_line_of_a_request_has_its_id(log_lines: LogLines, logger: logging.Logger) -> None:
    token = request_id.set("findme-3")
    logger.warning("within")
    request_id.reset(token)
    logger.warning("without")

    within, without = map(json.loads, log_lines.texts)
    assert within["request_id"] == "findme-3"
    assert "request_id" not in without
    assert [*within][:4] == ["time", "level", "event", "request_id"]


def test_an_error_without_a_traceback_is_told_too(log_lines: LogLines) -> None:
    _log.error("it failed", exc_info=KeyError(CANARY))
    _log.error("nothing failed", exc_info=sys.exc_info())

    first, second = map(json.loads, log_lines.texts)
    assert first["exception"] == {"type": "builtins.KeyError", "at": []}
    assert "exception" not in second
    assert CANARY not in log_lines.texts[0]
