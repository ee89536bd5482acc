"""The floor: pgbench with the statements that Taskhaven sends, prepared, and nothing around them.

pgbench knows no text but what PostgreSQL makes of numbers. So where the parameters stand, owners
and ids are made of the task's number, and a new task's id by `uuidv7()`; else nothing differs.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.compare.data import BASE, DataSet, id_of
from benchmarks.compare.load import CONNECTIONS, Answered
from benchmarks.compare.overheard import Sent, statements
from benchmarks.compare.programs import Failed, run
from benchmarks.compare.scenarios import CHANGES, CHANGES_TOLD, GET, LIST, PAGE_SIZE, POST, Scenario
from tests.postgres_programs import client_programs

_CONNECTING = 1  # seconds, which do not count
_PARAMETER = re.compile(r"%\((\w+)\)s")
_ID = str(id_of(0))
_OWNER = "('owner-' || :owner::bigint)"
_ROWS = {GET: 1, LIST: PAGE_SIZE + 1, CHANGES: CHANGES_TOLD, POST: 1}
_HEX = "lpad(to_hex(:{}::bigint), 12, '0')"


class Floor:
    """Asks the database at `url`, which holds Taskhaven's tasks."""

    name = "pgbench"

    def __init__(self, url: str, data: DataSet) -> None:
        self._url = urlsplit(url)
        self._data = data
        self._statements = statements()

    def has(self, scenario: Scenario) -> bool:
        """Whether the scenario is one statement."""
        return scenario.name in self._statements

    def ask(self, scenario: Scenario, seconds: int) -> Answered:
        """Run its statement on all connections at once for so long. Raises `Failed`."""
        sent = self._statements[scenario.name]
        how = [f"--client={CONNECTIONS}", "--jobs=1", f"--time={seconds + _CONNECTING}"]
        return _answered(self._run(sent, _text(sent), how, seconds))

    def check(self) -> None:
        """Raises `Failed` where a statement does not find what there is."""
        for name, rows in _ROWS.items():
            sent = self._statements[name]
            least = min(rows, self._data.tasks)
            found = f"SELECT 1 / (count(*) / {least}) FROM ({_text(sent)}) AS found"
            _answered(self._run(sent, found, ["--transactions=10"], _CONNECTING))

    def _run(
        self, sent: Sent, text: str, how: Sequence[str], seconds: int
    ) -> subprocess.CompletedProcess[str]:
        password = {"PGPASSWORD": self._url.password or ""}
        with tempfile.NamedTemporaryFile("w", prefix="taskhaven-floor-") as file:
            file.write("\n".join([*self._numbers(), f"{text};", ""]))
            file.flush()
            what = ["--no-vacuum", "--protocol=prepared", *how, *_given(sent, self._data)]
            command = [_program(), *what, f"--file={file.name}", *self._where()]
            return run(command, seconds, {**os.environ, **password})

    def _numbers(self) -> Iterator[str]:
        """Those of a task with an even place in an ordinary owner's list."""
        data = self._data
        yield f"\\set owner random(0, {data.owners - 1})"
        yield f"\\set serial 2 * random(0, {data.tasks // 2 - 1}) * {data.owners} + :owner"
        yield f"\\set made {int(BASE.timestamp() * 1000)} + :serial"

    def _where(self) -> list[str]:
        url = self._url
        server = [f"--host={url.hostname}", f"--port={url.port}", f"--username={url.username}"]
        return [*server, url.path.removeprefix("/")]


def _text(sent: Sent) -> str:
    """The statement in pgbench's form."""

    def in_place(found: re.Match[str]) -> str:
        name = found[1]
        match name:
            case "owner":
                return _OWNER
            case "id":
                return f"({_HEX.format('made')} || '70008000' || {_HEX.format('serial')})"
            case "changes":
                place = str(sent.params[name]).index(_ID) + 1
                return f"overlay(:changes::text PLACING uuidv7()::text FROM {place})"
            case _:
                return "NULL" if sent.params[name] is None else f":{name}"

    return _PARAMETER.sub(in_place, sent.text).replace("%%", "%")


def _given(sent: Sent, data: DataSet) -> list[str]:
    """The values that stay the same."""
    given: Mapping[str, object] = {**sent.params, "after": data.tasks - CHANGES_TOLD}
    named = {name: value for name, value in given.items() if name not in {"owner", "id"}}
    return [f"--define={name}={value}" for name, value in named.items() if value is not None]


def _program() -> str:
    """That of the server's own version."""
    programs = client_programs()
    own = Path(programs, "pgbench") if programs else None
    found = str(own) if own and own.exists() else shutil.which("pgbench")
    if found is None:
        raise Failed("the program pgbench is missing (Debian: apt install postgresql-contrib)")
    return found


def _answered(ended: subprocess.CompletedProcess[str]) -> Answered:
    done = re.search(r"actually processed: (\d+)", ended.stdout)
    rate = re.search(r"tps = ([\d.]+) \(without initial", ended.stdout)
    failed = re.search(r"failed transactions: (\d+)", ended.stdout)
    if ended.returncode != 0 or not (done and rate) or (failed and failed[1] != "0"):
        raise Failed(f"pgbench: {ended.stdout[-500:]}{ended.stderr[-1000:]}")
    requests = int(done[1])
    return Answered(requests, requests / float(rate[1]), None, None)
