"""The audit trail: who it was can be put together, and not found out (catalogue O12)."""

import logging
import re

import pytest

from adapters.system.audit import LoggedAudit

EMAIL = "alice@example.com"
OWNER = "own/0192f0c1-2b3c-7d4e-8f50-61728394a5b6"
SECRET = b"kT4-vJ8_qZ1xW6mN3bR9cL5yH2pS7dF0"


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "taskhaven.audit")


def an_audit(secret: bytes = SECRET, request: str | None = None) -> LoggedAudit:
    return LoggedAudit(secret, lambda: request)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def digest_of(line: str) -> str:
    found = re.search(r"who='([0-9a-f]{16})'", line)
    assert found, line
    return found.group(1)


def test_an_event_is_one_line_with_what_is_known(caplog: pytest.LogCaptureFixture) -> None:
    an_audit().record("login.failed", who=EMAIL, address="192.0.2.1")

    (line,) = said(caplog)
    assert line == f"login.failed who='{digest_of(line)}' address='192.0.2.1'"
    assert [(r.name, r.levelname) for r in caplog.records] == [("taskhaven.audit", "INFO")]


def test_it_tells_which_request_that_was(caplog: pytest.LogCaptureFixture) -> None:
    audit = an_audit(request="0192f0c1")

    audit.record("token.refused", reason="expired")

    assert said(caplog) == ["token.refused reason='expired' request='0192f0c1'"]


def test_what_is_not_known_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    audit = an_audit()

    audit.record("token.refused")
    audit.record("token.refused", address="", reason="its session has ended")

    assert said(caplog) == ["token.refused", "token.refused reason='its session has ended'"]


@pytest.mark.parametrize("who", [EMAIL, OWNER])
def test_nobody_stands_in_it_by_name(caplog: pytest.LogCaptureFixture, who: str) -> None:
    an_audit().record("login.failed", who=who)

    (line,) = said(caplog)
    for part in re.split(r"[@/.-]", who):
        assert not re.search(rf"\b{part}\b", line.removeprefix("login.failed"))
    assert SECRET.decode() not in line


def test_the_same_person_has_the_same_digest_and_nobody_else_has(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for secret, who in [
        (SECRET, EMAIL),
        (SECRET, EMAIL),
        (SECRET, OWNER),
        (SECRET[::-1], EMAIL),
    ]:
        an_audit(secret).record("login.failed", who=who)

    first, again, other, elsewhere = map(digest_of, said(caplog))
    assert first == again
    assert len({first, other, elsewhere}) == 3


@pytest.mark.parametrize(
    "value",
    [
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
    ],
    ids=ascii,
)
def test_no_value_can_forge_a_line(caplog: pytest.LogCaptureFixture, value: str) -> None:
    an_audit().record("login.failed", who=EMAIL, address=value)

    (line,) = said(caplog)
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert line == f"login.failed who='{digest_of(line)}' address={value!r}"


@pytest.mark.parametrize("who", ["", "\n", "\u00fc", "😀" * 1000])
def test_whoever_it_is_it_is_recorded(caplog: pytest.LogCaptureFixture, who: str) -> None:
    an_audit().record("login.failed", who=who)

    assert digest_of(said(caplog)[0])
