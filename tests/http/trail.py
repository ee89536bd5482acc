"""The audit trail as it stands in the log."""

import re
from dataclasses import dataclass, field

from tests.http.accounts import Member
from tests.log_lines import LogLines

PERSON = re.compile(r"[0-9a-f]{16}")
BESIDES = {"time", "level", "event", "logger", "request_id"}


@dataclass(slots=True)
class Trail:
    """What was recorded since it was asked last, and all that must never be."""

    lines: LogLines
    secrets: set[str] = field(default_factory=set)

    def keep_from(self, *members: Member) -> None:
        for member in members:
            self.secrets |= {member.email, member.id, member.token, member.refresh_token}

    def events(self) -> list[tuple[str, dict[str, str]]]:
        found = self.lines.of("taskhaven.audit")
        self.check()
        self.lines.clear()
        for line in found:
            assert line["level"] == "info"
            assert line["request_id"], "under which the answer can be found"
            assert PERSON.fullmatch(line.get("who", "0" * 16))
        return [
            (line["event"], {name: line[name] for name in line.keys() - BESIDES}) for line in found
        ]

    def check(self) -> None:
        for text in self.lines.texts:
            assert not [secret for secret in self.secrets if secret in text]
