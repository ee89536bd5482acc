"""The audit trail as it stands in the log."""

import logging
import re
from dataclasses import dataclass, field

import pytest

from tests.http.accounts import Member

LINE = re.compile(r"(?P<what>[a-z]+\.[a-z_]+)(?P<said>(?: [a-z]+='[^']*')*)")
PERSON = re.compile(r"[0-9a-f]{16}")
OURS = ("taskhaven", "litestar", "asyncio")


@dataclass(slots=True)
class Trail:
    """What was recorded since it was asked last, and all that must never be."""

    caplog: pytest.LogCaptureFixture
    secrets: set[str] = field(default_factory=set)

    def keep_from(self, *members: Member) -> None:
        for member in members:
            self.secrets |= {member.email, member.id, member.token, member.refresh_token}

    def events(self) -> list[tuple[str, dict[str, str]]]:
        found = [
            record.getMessage()
            for record in self.caplog.records
            if record.name == "taskhaven.audit" and record.levelno == logging.INFO
        ]
        self.check()
        self.caplog.clear()
        return [parsed(line) for line in found]

    def check(self) -> None:
        for record in self.caplog.records:
            if record.name.startswith(OURS):
                text = f"{record.getMessage()} {record.exc_text or ''}"
                assert not [secret for secret in self.secrets if secret in text]


def parsed(line: str) -> tuple[str, dict[str, str]]:
    match = LINE.fullmatch(line)
    assert match, line
    said = dict(re.findall(r"([a-z]+)='([^']*)'", match["said"]))
    assert said.pop("request"), "under which the answer can be found"
    if "who" in said:
        assert PERSON.fullmatch(said["who"])
    return match["what"], said
