"""`taskhaven export` and `import`, as an operator types them.

Most run in this process, which has less to start.
"""

import csv
import json
import os
import stat
import subprocess
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from entrypoints.cli import main
from tests.builders import DAWN, an_id
from tests.command_line import GOOD, PATIENCE, TASKHAVEN, environment, run
from tests.migrations.databases import connected

MANY = 5_000
CREATED = "2020-11-21T09:30:00.123456Z"
HOSTILE = ["=1+1", "+1", "-1", "@x", "'=1", "''@", "'", "a,b", '"q"', "a\r\nb\tc", "😀\u2028é"]


class Operator:
    """Runs the commands for a user of their own, in a folder of their own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.user = f"user-{uuid4()}"
        self.url = url
        self._settings = {**GOOD, "DATABASE_URL": url}

    def run(self, *arguments: str, said: str = "", **settings: str) -> tuple[int, str, str]:
        """The exit code of a command, and what it wrote to standard output and error."""
        with pytest.MonkeyPatch.context() as here:
            here.chdir(self.folder)
            here.setattr(os, "environ", environment({**self._settings, **settings}))
            done = CliRunner().invoke(main, arguments, input=said)
        return done.exit_code, done.stdout, done.stderr

    def run_apart(self, *arguments: str, said: str = "") -> tuple[int, str, str]:
        """The same in a process of its own, whose standard input is a pipe."""
        done = run(*arguments, folder=self.folder, said=said, **self._settings)
        return done.returncode, done.stdout, done.stderr

    def bring(self, file: str, *options: str, **settings: str) -> tuple[int, str]:
        """The exit code of an import, and what it said."""
        code, out, err = self.run("import", "--user", self.user, file, *options, **settings)
        assert out == ""
        return code, err

    def launch(
        self,
        command: str,
        *arguments: str,
        stdout: int | None = None,
        stderr: int = subprocess.DEVNULL,
    ) -> "subprocess.Popen[bytes]":
        """A command that is under way."""
        return subprocess.Popen(
            [*TASKHAVEN, command, "--user", self.user, *arguments],
            cwd=self.folder,
            env=environment(self._settings),
            stdout=stdout,
            stderr=stderr,
        )

    def export(self) -> list[dict[str, Any]]:
        code, out, _ = self.run("export", "--user", self.user)
        assert code == 0
        tasks: list[dict[str, Any]] = json.loads(out)
        return tasks

    def write(self, name: str, tasks: object) -> str:
        (self.folder / name).write_text(json.dumps(tasks))
        return name

    def stored(self) -> int:
        """How many tasks are there now."""
        query = text("SELECT count(*) FROM tasks WHERE owner_id = :owner")
        with connected(self.url) as connection:
            return int(connection.execute(query, {"owner": self.user}).scalar_one())


@pytest.fixture
def operator(tmp_path: Path, durable_url: str) -> Operator:
    return Operator(tmp_path, durable_url)


@pytest.fixture
def on_sqlite(tmp_path: Path, sqlite_url: str) -> Operator:
    return Operator(tmp_path, sqlite_url)


def a_record(n: int = 0) -> dict[str, object]:
    done = {"completed": True, "completed_at": "2021-01-01T00:00:00+01:00"} if n % 2 else {}
    return {"id": f"theirs-{n}", "title": f"{n}", "created_at": CREATED, "tags": ["a"], **done}


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_file_goes_out_and_in_and_twice_is_once(operator: Operator, form: str) -> None:
    made: list[dict[str, object]] = [
        {"title": title, "description": title, "tags": [title], "created_at": CREATED}
        for title in (text.strip() for text in HOSTILE)
    ]
    made += [{"title": "null"}, {"title": "empty", "description": ""}, a_record(1)]
    assert operator.bring(operator.write("made.json", made))[0] == 0
    there = operator.export()
    file = f"tasks.{form}"

    exported = operator.run("export", "--user", operator.user, "--output", file)
    operator.user = f"user-{uuid4()}"
    dry = operator.bring(file, "--dry-run")
    before = operator.stored()
    imported, again = operator.bring(file), operator.bring(file)

    count = len(made)
    assert exported == (0, "", f"{count} tasks exported\n")
    assert stat.S_IMODE((operator.folder / file).stat().st_mode) == 0o600
    assert (dry, before) == ((0, f"{count} tasks to import\n"), 0)
    assert imported == (0, f"{count} tasks imported\n")
    assert again == (0, f"0 tasks imported, {count} skipped that the user has already\n")
    own = {"user_id", "updated_at", "version"}
    assert [{k: v for k, v in task.items() if k not in own} for task in operator.export()] == [
        {k: v for k, v in task.items() if k not in own} for task in there
    ]
    assert [task["created_at"] for task in there] == sorted(task["created_at"] for task in there)
    assert sorted(p.name for p in operator.folder.iterdir()) == sorted(["made.json", file])


def test_an_import_that_is_killed_and_made_again_has_each_task_once(operator: Operator) -> None:
    file = operator.write("many.json", [a_record(n) for n in range(MANY)])

    process = operator.launch("import", file)
    deadline = time.monotonic() + PATIENCE
    while operator.stored() == 0:
        assert time.monotonic() < deadline
    process.kill()
    process.wait(PATIENCE)
    survived = operator.stored()
    code, said = operator.bring(file)

    assert code == 0
    assert survived % 100 == 0  # each step is whole
    assert said.startswith(f"{MANY - survived:,} tasks imported, {survived:,} skipped")
    tasks = operator.export()
    assert sorted(int(task["title"]) for task in tasks) == [*range(MANY)]
    assert all(task["completed"] is (int(task["title"]) % 2 == 1) for task in tasks)


def test_a_pipe_will_do_at_both_ends(on_sqlite: Operator) -> None:
    records = json.dumps([a_record(n) for n in range(3)])

    piped = on_sqlite.run_apart("import", "--user", "ann", "-", said=records)
    code, out, err = on_sqlite.run_apart("export", "--user", "ann", "--format", "csv")
    again = on_sqlite.run_apart("import", "--user", "bob", "-", "--format", "csv", said=out)

    for code_, out_, err_ in (piped, again):
        said, noted = sorted(err_.splitlines())
        assert (code_, out_, said) == (0, "", "3 tasks imported")
        assert json.loads(noted)["event"] == "tasks.imported", "the audit trail knows of it"
    assert code == 0
    assert "3 tasks exported" in err.splitlines()
    assert sorted(row["title"] for row in csv.DictReader(out.splitlines())) == ["0", "1", "2"]


def test_an_import_that_breaks_off_is_in_the_audit_trail(on_sqlite: Operator) -> None:
    records = json.dumps([a_record(n) for n in range(250)])
    with connected(on_sqlite.url) as connection:
        connection.execute(
            text(
                "CREATE TRIGGER full_disk BEFORE INSERT ON tasks WHEN NEW.title = '220'"
                " BEGIN SELECT RAISE(ABORT, 'as if'); END"
            )
        )
        connection.commit()

    code, _, err = on_sqlite.run_apart("import", "--user", on_sqlite.user, "-", said=records)

    assert code != 0
    (noted,) = (json.loads(line) for line in err.splitlines() if line.startswith("{"))
    assert (noted["event"], noted["count"]) == ("tasks.imported", "200")
    assert on_sqlite.stored() == 200


def test_an_export_that_breaks_off_is_in_the_audit_trail(on_sqlite: Operator) -> None:
    on_sqlite.bring(on_sqlite.write("many.json", [a_record(n) for n in range(1_000)]))

    process = on_sqlite.launch("export", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        noted = json.loads(process.stderr.readline())

    assert process.returncode != 0
    assert (noted["event"], noted["count"]) == ("tasks.exported", "500")


BAD = {
    "empty.json": ("", "is empty"),
    "torn.json": ('[{"title": "a"}, {"title"', "is not JSON in UTF-8: "),
    "lone.json": (r'[{"title": "\ud800"}]', "is not JSON in UTF-8: "),
    "object.json": ('{"title": "a"}', "must be a JSON array of tasks"),
    "mark.json": ("\ufeff[]", "is not JSON in UTF-8: "),
    "deep.json": ("[" * 100_000, "is nested too deeply"),
    "headless.csv": ("Buy milk,true\n", "line 1 must be a header row that names the columns"),
    "wrong.csv": ("title,colour\na,red\n", "line 1 names the column 'colour'"),
    "torn.csv": ('title\n"a\n', "is not CSV after line 2"),
    "latin.csv": ("title\n\udce9\n", "is not UTF-8 after line"),
}
BAD_RECORDS = {
    "missing.json": ('[{"title": "a"}, {}]', "record 2: title is required"),
    "unknown.json": ('[{"title": "a", "colour": 1}]', "record 1: colour is not a member of a task"),
    "escape.json": (r'[{"title": "a", "\u001b[2J": 1}]', r"record 1: '\x1b[2J' is not a member"),
    "naive.json": (
        '[{"title": "a", "created_at": "2020-01-01T00:00:00"}]',
        "record 1: created_at must be an RFC 3339 date-time with an offset",
    ),
    "nul.json": (r'[{"title": "a\u0000b"}]', "record 1: title must not hold control characters"),
    "latin.json": ('[{"title": "\udce9"}]', "record 1: is not JSON in UTF-8"),
    "twice.json": (
        '[{"id": "x", "title": "a"}, {"id": "x", "title": "a"}]',
        "record 2: id must not come twice, as at 1 before",
    ),
    "nul.csv": ("title\na\n\0b\n", "line 3: title must not hold control characters"),
    "narrow.csv": ("title,tags\na,\nb\n", "line 3: must have 2 cells, as the header has; not 1"),
    "tags.csv": ("title,tags\na,home\n", "line 2: tags must be an array of strings"),
    "naive.csv": (
        "title,completed,completed_at\n\na,true,2020-01-01 00:00\n",
        "line 3: completed_at must be an RFC 3339 date-time with an offset",
    ),
}


@pytest.mark.parametrize(("name", "said"), BAD.items(), ids=BAD)
def test_a_file_that_is_none_of_tasks_changes_nothing(
    on_sqlite: Operator, name: str, said: tuple[str, str]
) -> None:
    (on_sqlite.folder / name).write_bytes(said[0].encode("utf-8", "surrogateescape"))

    code, err = on_sqlite.bring(name)

    assert code == 2
    assert err.startswith(f"Error: {name} {said[1]}")
    assert err.count("\n") == 1
    assert on_sqlite.stored() == 0


@pytest.mark.parametrize(("name", "said"), BAD_RECORDS.items(), ids=BAD_RECORDS)
def test_a_bad_record_is_named_and_nothing_is_changed(
    on_sqlite: Operator, name: str, said: tuple[str, str]
) -> None:
    (on_sqlite.folder / name).write_bytes(said[0].encode("utf-8", "surrogateescape"))

    code, err = on_sqlite.bring(name)

    assert code == 2
    bad, error = err.splitlines()
    assert bad.startswith(said[1])
    assert error == f"Error: {name} has 1 mistake, so nothing was changed"
    assert on_sqlite.stored() == 0


def test_of_many_mistakes_a_hundred_are_shown(operator: Operator) -> None:
    file = operator.write("bad.json", [a_record(), *({"title": ""} for _ in range(1_234))])

    code, err = operator.bring(file)

    lines = err.splitlines()
    assert code == 2
    assert lines[:100] == [f"record {n}: title must not be blank" for n in range(2, 102)]
    assert lines[100:] == [
        "and 1,134 more",
        "Error: bad.json has 1,234 mistakes, so nothing was changed",
    ]
    assert operator.stored() == 0


def test_there_are_no_more_tasks_than_allowed(operator: Operator) -> None:
    file = operator.write("tasks.json", [a_record(n) for n in range(3)])

    refused = operator.bring(file, MAX_TASKS_PER_OWNER="2")
    allowed = operator.bring(file, MAX_TASKS_PER_OWNER="3")

    assert refused[0] == 1
    assert "MAX_TASKS_PER_OWNER" in refused[1]
    assert allowed == (0, "3 tasks imported\n")


def test_what_was_stored_before_the_database_failed_is_told_to_stay(on_sqlite: Operator) -> None:
    with connected(on_sqlite.url) as connection:
        connection.execute(text("DROP TABLE journal"))

    code, err = on_sqlite.bring(on_sqlite.write("tasks.json", [a_record()]))

    assert code == 1
    assert err.startswith("Error: the database cannot be used now: ")
    assert err.endswith("what was stored stays, and to import again goes on from there\n")
    assert on_sqlite.stored() == 0


def test_what_lies_in_the_trash_is_counted_apart(operator: Operator) -> None:
    id = str(an_id(DAWN))
    record = {"id": id, "title": "x", "created_at": DAWN.isoformat()}
    file = operator.write("tasks.json", [record, a_record()])
    operator.bring(file)
    with connected(operator.url) as connection:
        connection.execute(
            text("UPDATE tasks SET deleted_at = updated_at WHERE owner_id = :user AND id = :id"),
            {"user": operator.user, "id": id},
        )

    code, said = operator.bring(file)

    assert code == 0
    assert said == (
        "0 tasks imported, 1 skipped that the user has already, "
        "1 skipped that the user has in the trash\n"
    )


def test_an_account_is_named_by_its_address_or_its_key(operator: Operator) -> None:
    email = f"{uuid4()}@example.com"
    added = operator.run("user", "add", email, "--password-stdin", said="a good long sentence")[1]
    key = f"own/{added.split()[0]}"
    file = operator.write("tasks.json", [a_record()])

    by_address = operator.run("import", "--email", email.upper(), file)
    operator.user = key
    (task,) = operator.export()

    assert by_address == (0, "", "1 task imported\n")
    assert task["user_id"] == added.split()[0]
    assert operator.bring(file)[1].startswith("0 tasks imported, 1 skipped")
    assert operator.run("export", "--email", email)[1] == operator.run("export", "--user", key)[1]


FURTHER = json.dumps(
    [
        {"name": name, "issuer": f"https://{name}.example.com", "jwks_url": f"https://{name}.example.com/k"}
        for name in ("first", "second")
    ]
)  # fmt: skip


@pytest.mark.parametrize("user", ["alice", "a|b:c@d.e", "second/alice"])
def test_a_user_of_any_issuer_is_named_by_the_owner_key(on_sqlite: Operator, user: str) -> None:
    on_sqlite.user = user
    file = on_sqlite.write("tasks.json", [a_record()])

    assert on_sqlite.bring(file, JWT_ISSUERS=FURTHER) == (0, "1 task imported\n")

    assert on_sqlite.stored() == 1
    assert on_sqlite.export()[0]["user_id"] == user.rpartition("/")[2]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--user", user), 2, "Error: --user must be ID, <issuer's name>/ID or own/ID")
        for user in ("", "a b", "..", "/alice", "own/", "a/b/alice", "ü", "x" * 256, "é/alice")
    ]
    + [
        ((), 2, "Error: give either --user or --email"),
        (("--user", "a", "--email", "a@b"), 2, "Error: give either --user or --email"),
        (("--email", "alice"), 2, "Error: --email must be an e-mail address"),
        (("--email", "alice@example.com"), 1, "Error: there is no such account"),
    ],
)
@pytest.mark.parametrize("command", ["export", "import"])
def test_who_cannot_be_is_refused(
    on_sqlite: Operator, command: str, options: tuple[str, ...], code: int, message: str
) -> None:
    file = [on_sqlite.write("tasks.json", [a_record()])] if command == "import" else []

    ended, out, err = on_sqlite.run(command, *options, *file)

    assert (ended, out) == (code, "")
    assert err.startswith(message)


@pytest.mark.parametrize(
    ("user", "code", "message"),
    [
        ("own/alice", 1, "there is no such account"),
        ("first/alice", 2, "--user names first, which is none of the further issuers"),
        ("third/alice", 2, "--user names third, which is none of the further issuers"),
    ],
)
def test_nothing_is_imported_for_whom_no_token_can_speak(
    on_sqlite: Operator, user: str, code: int, message: str
) -> None:
    on_sqlite.user = user
    file = on_sqlite.write("tasks.json", [a_record()])

    ended, err = on_sqlite.bring(file, JWT_ISSUERS=FURTHER)

    assert ended == code
    assert message in err
    assert on_sqlite.stored() == 0
    assert on_sqlite.export() == []  # whatever is left of somebody can be had


def test_a_file_that_is_there_is_replaced_only_where_that_is_said(on_sqlite: Operator) -> None:
    file = on_sqlite.folder / "tasks.json"
    file.write_text("precious")
    command = ("export", "--user", on_sqlite.user, "--output", file.name)

    refused = on_sqlite.run(*command)
    kept = file.read_text()
    forced = on_sqlite.run(*command, "--force")

    assert refused == (2, "", "Error: tasks.json is there already: --force replaces it\n")
    assert kept == "precious"
    assert forced[0] == 0
    assert json.loads(file.read_text()) == []
    assert [p.name for p in on_sqlite.folder.iterdir()] == ["tasks.json"]


@pytest.mark.parametrize("options", [(), ("--force",)])
def test_what_is_no_regular_file_is_not_replaced(
    on_sqlite: Operator, options: tuple[str, ...]
) -> None:
    file = on_sqlite.folder / "tasks.json"
    os.mkfifo(file)

    refused = on_sqlite.run("export", "--user", on_sqlite.user, "--output", "tasks.json", *options)

    assert refused == (2, "", "Error: tasks.json is no regular file, and is not replaced\n")
    assert file.is_fifo()


def test_files_that_cannot_be_had_are_named(on_sqlite: Operator) -> None:
    user = ("--user", on_sqlite.user)

    exported = on_sqlite.run("export", *user, "--output", "nowhere/tasks.json")
    imported = on_sqlite.bring("nowhere.json")

    assert exported == (1, "", "Error: nowhere/tasks.json cannot be written: "
                               "No such file or directory\n")  # fmt: skip
    assert imported == (2, "Error: nowhere.json cannot be read: No such file or directory\n")


def test_an_export_that_fails_leaves_no_file(on_sqlite: Operator) -> None:
    on_sqlite.bring(on_sqlite.write("tasks.json", [a_record()]))
    with connected(on_sqlite.url) as connection:
        connection.execute(text("UPDATE tasks SET tags = '{'"))

    code, _, err = on_sqlite.run("export", "--user", on_sqlite.user, "--output", "out.json")

    assert code == 1
    assert err.startswith("Error: the database cannot be used now: ")
    assert [p.name for p in on_sqlite.folder.iterdir()] == ["tasks.json"]
