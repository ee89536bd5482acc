"""The audit trail: who it was can be put together, and not found out (catalogue O12)."""

import json
import re

import pytest

from adapters.system.audit import LoggedAudit
from entrypoints.logs.rendering import formatter
from tests.log_lines import LogLines

EMAIL = "alice@example.com"
OWNER = "own/0192f0c1-2b3c-7d4e-8f50-61728394a5b6"
SECRET = b"kT4-vJ8_qZ1xW6mN3bR9cL5yH2pS7dF0"


def an_audit(secret: bytes = SECRET, request: str | None = None) -> LoggedAudit:
    return LoggedAudit(secret, lambda: request)


def said(lines: LogLines) -> list[dict[str, str]]:
    """What the lines say, but for when."""
    found = lines.of("taskhaven.audit")
    return [{name: line[name] for name in line.keys() - {"time", "logger"}} for line in found]


def test_an_event_is_one_line_with_what_is_known(log_lines: LogLines) -> None:
    an_audit().record("login.failed", who=EMAIL, address="192.0.2.1")

    (line,) = said(log_lines)
    assert re.fullmatch("[0-9a-f]{16}", line.pop("who"))
    assert line == {"level": "info", "event": "login.failed", "address": "192.0.2.1"}


def test_it_tells_which_request_that_was(log_lines: LogLines) -> None:
    audit = an_audit(request="0192f0c1")

    audit.record("token.refused", reason="expired")

    (line,) = said(log_lines)
    assert (line["reason"], line["request_id"]) == ("expired", "0192f0c1")


def test_what_is_not_known_is_left_out(log_lines: LogLines) -> None:
    audit = an_audit()

    audit.record("token.refused")
    audit.record("token.refused", address="", reason="its session has ended")

    assert [line.keys() for line in said(log_lines)] == [
        {"level", "event"},
        {"level", "event", "reason"},
    ]


@pytest.mark.parametrize("who", [EMAIL, OWNER])
def test_O12_nobody_stands_in_it_by_name(log_lines: LogLines, who: str) -> None:
    an_audit().record("login.failed", who=who)

    (line,) = said(log_lines)
    for part in re.split(r"[@/.-]", who):
        assert not re.search(rf"\b{part}\b", line["who"])
    assert SECRET.decode() not in log_lines.texts[0]


def test_the_same_person_has_the_same_digest_and_nobody_else_has(log_lines: LogLines) -> None:
    for secret, who in [
        (SECRET, EMAIL),
        (SECRET, EMAIL),
        (SECRET, OWNER),
        (SECRET[::-1], EMAIL),
    ]:
        an_audit(secret).record("login.failed", who=who)

    first, again, other, elsewhere = (line["who"] for line in said(log_lines))
    assert first == again
    assert len({first, other, elsewhere}) == 3


FORGERIES = [
    "x\nlogin.succeeded who='0123456789abcdef'",
    "x\r\nlogin.succeeded",
    "x' who='0123456789abcdef",
    'x" who="0123456789abcdef',
    "\u2028login.succeeded\u2029",
    "\x85login.succeeded",
    "\x1b[2K\x1b[1Alogin.succeeded",
    "\0",
    "%s %(who)s {who}",
    "\u202e",
    "\ud800",
]


@pytest.mark.parametrize("kind", ["json", "console"])
@pytest.mark.parametrize("value", FORGERIES, ids=ascii)
def test_O12_no_value_can_forge_a_line(log_lines: LogLines, kind: str, value: str) -> None:
    log_lines.setFormatter(formatter(kind))

    an_audit().record("login.failed", who=EMAIL, address=value)

    (text,) = log_lines.texts
    written = text.encode("utf-8", "backslashreplace").decode()
    assert len(written.split("\n")) == 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", written)
    if kind == "console":
        assert written.isprintable()
    else:
        assert json.loads(written)["address"] == value


@pytest.mark.parametrize("who", ["", "\n", "\u00fc", "😀" * 1000])
def test_whoever_it_is_it_is_recorded(log_lines: LogLines, who: str) -> None:
    an_audit().record("login.failed", who=who)

    (line,) = said(log_lines)
    assert line["who"]
