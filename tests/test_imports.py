"""What a worker imports: what its settings ask for, and no more."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import GOOD, environment
from tests.key_pairs import pair, pem

# What takes long to import, or much memory, and who it is for.
OPTIONAL = {
    "alembic": "schemas that are not up to date",
    "cryptography.hazmat": "key pairs and key sets",
    "httpx2": "key sets, when the first is fetched",
    "jwt": "key pairs and key sets",
    "psycopg": "PostgreSQL",
    "redis": "limits that are shared",
    "rich": "people on a terminal",
    "sqlalchemy": "the SQL storages",
    "sqlite3": "SQLite",
    "structlog": "people on a terminal",
    "zxcvbn": "nobody: only a list in it is read",
}
_LATE = {"litestar", "attr", "attrs"}  # it imports little parts of itself when it needs them
# Says what is imported before workers are made, and what each of them imports beside that.
PROGRAM = """
import json, os, sys
from pathlib import Path
from entrypoints import worker
from entrypoints.startup import settings_of
worker.import_for(settings_of(os.environ, Path.cwd()))
before = {*sys.modules}
worker.create()
print(json.dumps([sorted(before), sorted(sys.modules.keys() - before)]))
"""


def imports(folder: Path, settings: dict[str, str]) -> tuple[set[str], set[str]]:
    """The modules that workers share, and those that each of them adds."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env=environment({**GOOD, **settings}),
        capture_output=True,
        text=True,
        check=True,
    )
    shared, added = json.loads(done.stdout)
    return {*shared}, {*added}


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        ({"DATABASE_URL": "memory:"}, set()),
        ({"DATABASE_URL": "sqlite:///tasks.db"}, {"sqlalchemy", "sqlite3"}),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/n"}, {"sqlalchemy", "psycopg"}),
        (
            {
                "DATABASE_URL": "memory:",
                "REDIS_URL": "redis://127.0.0.1:1",
                "RATE_LIMIT": "9/second",
            },
            {"redis"},
        ),
        (
            {"DATABASE_URL": "memory:", "SIGNING_KEY": pem(pair("EdDSA").private)},
            {"cryptography.hazmat", "jwt"},
        ),
    ],
    ids=["memory", "SQLite", "PostgreSQL", "Redis", "key pair"],
)
def test_a_worker_imports_what_its_settings_ask_for(
    tmp_path: Path, settings: dict[str, str], needed: set[str]
) -> None:
    shared, added = imports(tmp_path, settings)

    assert (shared | added) & OPTIONAL.keys() == needed


@pytest.mark.parametrize(
    "url", ["memory:", "sqlite:///tasks.db", "postgresql://127.0.0.1:1/n"], ids=lambda u: u[:6]
)
def test_all_of_it_is_imported_before_workers_are_made(tmp_path: Path, url: str) -> None:
    shared, added = imports(tmp_path, {"DATABASE_URL": url})

    assert "litestar" in shared
    assert {name.partition(".")[0] for name in added} <= _LATE
