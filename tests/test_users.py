"""The commands about accounts, as an operator types them."""

import json
from pathlib import Path

import httpx2
import pytest

from tests.command_line import GOOD, run
from tests.http.server import Server

EMAIL, PASSWORD = "alice@example.com", "a good long sentence"
STDIN = "--password-stdin"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a database is that has been migrated."""
    migrated = run("migrate", folder=tmp_path, **GOOD)
    assert migrated.returncode == 0, migrated.stderr
    return tmp_path


def test_an_operator_makes_lists_disables_and_enables(folder: Path) -> None:
    added = run("user", "add", EMAIL, STDIN, said=f"{PASSWORD}\n", folder=folder, **GOOD)
    assert added.returncode == 0
    (noted,) = map(json.loads, added.stderr.splitlines())
    assert noted["event"] == "account.added", "the audit trail knows of it"
    assert EMAIL not in added.stderr
    assert added.stdout.endswith(f"  {EMAIL}  enabled\n")

    disabled = run("user", "disable", "ALICE@example.com", folder=folder, **GOOD)
    assert disabled.stdout == added.stdout.replace("enabled", "disabled")
    assert run("user", "list", folder=folder, **GOOD).stdout == disabled.stdout

    assert run("user", "enable", EMAIL, folder=folder, **GOOD).stdout == added.stdout


def test_who_was_added_can_log_in_where_nobody_may_register_until_disabled(
    tmp_path: Path,
) -> None:
    settings = {**GOOD, "DATABASE_URL": f"sqlite:///{tmp_path / 'tasks.db'}", "ACCOUNTS": "closed"}
    run("migrate", folder=tmp_path, **settings)
    run("user", "add", EMAIL, STDIN, said=PASSWORD, folder=tmp_path, **settings)
    given = {"email": EMAIL, "password": PASSWORD}

    with Server(tmp_path, **settings) as server:
        login = f"{server.url}/api/v1/auth/login"
        assert httpx2.post(login, json=given).status_code == 200
        run("user", "disable", EMAIL, folder=tmp_path, **settings)
        assert httpx2.post(login, json=given).status_code == 401


@pytest.mark.parametrize(
    ("arguments", "said", "code", "message"),
    [
        (("add", "alice", STDIN), PASSWORD, 2, "email must be an e-mail address"),
        (("add", EMAIL, STDIN), "short", 2, "password must be at least 8 characters"),
        (("add", EMAIL, STDIN), "password1", 2, "password is too easily guessed"),
        (("disable", "nobody@example.com"), "", 1, "there is no account with this"),
        (("enable", "nobody"), "", 2, "EMAIL must be an e-mail address"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    folder: Path, arguments: tuple[str, ...], said: str, code: int, message: str
) -> None:
    refused = run("user", *arguments, said=said, folder=folder, **GOOD)

    assert refused.returncode == code
    assert refused.stderr.startswith(f"Error: {message}")
    assert refused.stderr.count("\n") == 1


def test_an_address_is_taken_once(folder: Path) -> None:
    run("user", "add", EMAIL, STDIN, said=PASSWORD, folder=folder, **GOOD)

    again = run("user", "add", EMAIL.upper(), STDIN, said=PASSWORD, folder=folder, **GOOD)

    assert (again.returncode, again.stdout) == (1, "")
    assert "there is an account with this e-mail address" in again.stderr


def test_memory_has_no_accounts_to_manage(tmp_path: Path) -> None:
    refused = run("user", "list", folder=tmp_path, **GOOD, DATABASE_URL="memory:")

    assert refused.returncode == 2
    assert refused.stderr.startswith("Error: memory: has no accounts")


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    refused = run("user", "list", folder=tmp_path, **GOOD)

    assert refused.returncode == 1
    assert "try taskhaven migrate" in refused.stderr
    assert not (tmp_path / "data" / "taskhaven.db").exists()


def test_without_accounts_there_are_none_to_manage(tmp_path: Path) -> None:
    refused = run("user", "list", folder=tmp_path, **GOOD, ACCOUNTS="off")

    assert refused.returncode == 2
    assert refused.stderr.startswith("Error: there are no accounts: ACCOUNTS is off")
