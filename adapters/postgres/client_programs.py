"""PostgreSQL's own `pg_dump` and `pg_restore`, which know how to write a database and to read it.

What connects them goes through their environment: every user of a machine can read arguments.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from application.backups import BackupError

_KEPT = ("PATH", "HOME", "LD_LIBRARY_PATH", "PGSERVICEFILE", "PGSYSCONFDIR")
_TEXT = {"LC_ALL": "C", "PGTZ": "UTC", "PGDATESTYLE": "ISO, MDY", "PGCLIENTENCODING": "UTF8"}
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_WHERE_FROM = "it comes with PostgreSQL's client programs (Debian: postgresql-client)"


def environment(url: str | None = None) -> dict[str, str]:
    """The environment in which a program runs, and connects to `url` as we do ourselves.

    It writes values in one form, whatever the database's own settings.
    """
    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in Conninfo.get_defaults()
        if option.envvar is not None
    }
    kept = {
        name: os.environ[name] for name in (*_KEPT, *names.values()) if name in os.environ
    } | _TEXT
    if url is None:
        return kept
    given = {names[key]: str(v) for key, v in conninfo_to_dict(url).items() if key in names}
    options = given.get("PGOPTIONS", kept.get("PGOPTIONS", ""))
    ours = {"PGOPTIONS": f"{options} -c bytea_output=hex", "PGAPPNAME": "taskhaven-backup"}
    return {**kept, **given, **_TEXT, **ours}


def program(name: str, *, at_least: int = 0) -> str:
    """Where a program is. Raises `BackupError` if it is missing, or of an older major version."""
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} is not on the PATH: {_WHERE_FROM}")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - from the PATH
    match = _VERSION.search(said.stdout)
    if match is None:
        raise BackupError(f"{name} does not run: {_last_line(said.stderr)}")
    if int(match[1]) < at_least:
        raise BackupError(
            f"{name} on the PATH is of PostgreSQL {match[1]}, the server of {at_least}: "
            f"put one of {at_least} or newer first; {_WHERE_FROM}"
        )
    return found


@contextmanager
def running(
    arguments: Sequence[str], environ: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A program whose standard output can be read; at the end of the block it has to end well.

    Raises `BackupError` with its own words. It does not outlive the block.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - a program from the PATH, arguments made here
            arguments,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            yield process
            if process.wait() != 0:
                raise BackupError(_failure(process.returncode, arguments[0], errors))
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _failure(code: int, path: str, errors: IO[bytes]) -> str:
    errors.seek(0)
    name = os.path.basename(path)  # noqa: PTH119 - text for people
    said = _complaint(errors.read().decode(errors="replace"))
    where, _, why = said.rpartition(" failed: ")
    if "connection to server " in where:  # and the address
        return f"{name} cannot connect: {why}"
    return said if said.startswith(name) else f"{name} ended with {code}: {said or 'no message'}"


def _complaint(text: str) -> str:
    """The line with the error: hints and the statement follow it. Without one, the last line."""
    return next((line for line in text.splitlines() if "error: " in line), _last_line(text))


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]
