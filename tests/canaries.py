"""Looks for secrets in all that is said while the tests run (O05).

That is every log record of this process as our formatter renders it, what in-process services log
of requests, and what child processes say and are called. `conftest.py` fails the test.
"""

import logging
import re
from pathlib import Path
from stat import S_ISREG
from typing import Final

from entrypoints.logs.rendering import formatter, line

# What must stand nowhere, by what it is. Tests that make up others add them with `hide`.
_FORMS: Final = {
    "a JWT": r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+",
    "a refresh token": r"thrt_[\w-]{40,}",
    "an address with a password": (
        r"postgres(?:ql)?(?:\+\w+)?://(?!user:password@)[^\s/:@\"']+:(?!\*{3}@)[^\s/@\"']+@"
    ),
    "a password in a connection's settings": r"\bpassword=(?!\*{3})[^\s\"']{6,}",
}


class Canaries:
    """What was said that must not be said; `hits` say what and where, and never the secret."""

    def __init__(self, *secrets: str) -> None:
        self.hits: list[str] = []
        self._secrets = {*secrets}
        self._files: dict[Path, int] = {}
        self._pattern = self._compiled()

    def hide(self, *secrets: str) -> None:
        """These are secrets too."""
        if not {*secrets} <= self._secrets:
            self._secrets |= {*secrets}
            self._pattern = self._compiled()

    def look(self, text: str, where: str) -> None:
        """Note what stands in the text and must not."""
        for match in self._pattern.finditer(text):
            kind = [*_FORMS][int(match.lastgroup[1:])] if match.lastgroup else "a secret"
            begin = text.rfind("\n", 0, match.start()) + 1
            self.hits.append(f"{kind} in {where}, after {text[begin : match.start()][-80:]!r}")

    def watch(self, *files: Path) -> None:
        """Look at what is written to these from now on, at the end of each test."""
        self._files |= dict.fromkeys(files, 0)

    def look_at_files(self) -> None:
        """Look at all lines that were added since the last look."""
        for file, seen in [*self._files.items()]:
            if not file.exists() or not S_ISREG(file.stat().st_mode):
                del self._files[file]
            elif file.stat().st_size > seen:
                with file.open("rb") as said:
                    said.seek(seen)
                    new = said.read()
                self.look(new.decode(errors="replace"), str(file.name))
                self._files[file] = seen + new.rfind(b"\n") + 1  # half a line is read again

    def unwatch(self, *files: Path) -> None:
        """Look at these once more, for they will not grow."""
        self.look_at_files()
        for file in files:
            self._files.pop(file, None)

    def look_at_process(self, pid: int) -> None:
        """Look at what a process and those it started were called with, which anybody can see."""
        for each in (pid, *_children(pid)):
            called = Path(f"/proc/{each}/cmdline")
            if called.exists():
                self.look(called.read_bytes().replace(b"\0", b" ").decode(), "a command line")

    def taken(self) -> list[str]:
        """The hits so far, which are forgotten."""
        hits, self.hits = self.hits, []
        return hits

    def _compiled(self) -> "re.Pattern[str]":
        forms = [f"(?P<k{place}>{form})" for place, form in enumerate(_FORMS.values())]
        return re.compile("|".join([*forms, *map(re.escape, sorted(self._secrets))]))


CANARIES = Canaries()
"""Those of the whole run."""

_format = formatter("json")
_line = line("json")


class Listener(logging.Handler):
    """Has every record searched as the service would write it."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = _format.format(record)
        except Exception:  # noqa: BLE001 - the service says nothing of it either
            return
        CANARIES.look(text, f"the log of {record.name}")


def request_log(level: str, **said: object) -> None:
    """What a service in process logs of a request, searched as the service would write it."""
    CANARIES.look(
        _line({"level": level, "event": "request", **said}).decode(), "the log of requests"
    )


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []
