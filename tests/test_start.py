"""The command line as people start it: child processes with an environment of their own.

Exit codes: 0 well, 1 the database or the port cannot be used, 2 a bad call or setting.
"""

import hmac
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from tests.command_line import GOOD, ask, run, token_of_alice
from tests.http.api import SECRET
from tests.http.server import Server


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["-h"],
        ["--version"],
        ["serve", "-h"],
        ["migrate", "-h"],
        ["token", "-h"],
        ["export", "-h"],
        ["import", "-h"],
        ["gc", "-h"],
        ["doctor", "-h"],
        ["health", "-h"],
    ],
)
def test_help_is_given(tmp_path: Path, arguments: list[str]) -> None:
    helped = run(*arguments, folder=tmp_path)

    assert (helped.returncode, helped.stderr) == (0, "")
    assert helped.stdout.startswith(("Usage: ", "taskhaven, version "))


SERVE = ("serve",)


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [
        (SERVE, "JWT_SECRET", "too-short-to-be-a-secret"),
        (SERVE, "BETTER_AUTH_SECRET", "your-super-secret-key-change-me-please"),
        (SERVE, "DATABASE_URL", "mysql://root:hunter2@localhost/tasks"),
        (SERVE, "NEON_DATABASE_URL", "postgresql://u:hunter2@h/d?nonsense=hunter2"),
        (SERVE, "PORT", "99999"),
        (SERVE, "LOG_LEVEL", "chatty"),
        (SERVE, "CORS_ORIGINS", "https://*.example.com"),
        (("migrate",), "STARTUP_WAIT", "soon"),
        (("token", "--user", "alice"), "WORKERS", "none"),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_line_that_names_it(
    tmp_path: Path, command: tuple[str, ...], name: str, value: str
) -> None:
    others = {} if "SECRET" in name else GOOD

    stopped = run(*command, folder=tmp_path, **others, **{name: value})

    assert stopped.returncode == 2
    assert stopped.stderr.startswith(f"Error: {name} must")
    assert stopped.stderr.count("\n") == 1
    assert value not in stopped.stderr
    assert "hunter2" not in stopped.stdout + stopped.stderr


@pytest.mark.parametrize("origins", ["*", "null", "https://app.example.com,*"])
def test_O01_pages_of_everybody_stop_the_start(tmp_path: Path, origins: str) -> None:
    stopped = run("serve", folder=tmp_path, **GOOD, CORS_ORIGINS=origins)

    assert stopped.returncode == 2
    assert stopped.stderr.startswith("Error: CORS_ORIGINS must not be ")
    assert stopped.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"DATABASE_URL": "memory:"},
        {"DATABASE_URL": "postgresql://taskhaven@127.0.0.1:1/tasks"},
        {"HOST": "::"},
        {"ENVIRONMENT": "production"},
    ],
)
def test_O06_a_missing_secret_stops_the_start_where_none_may_be_made(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    stopped = run("serve", folder=tmp_path, **settings)

    assert stopped.returncode == 2
    assert stopped.stderr.startswith("Error: JWT_SECRET is missing: ")
    assert stopped.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["json", "console"])
def test_on_sqlite_and_loopback_a_secret_is_made_and_kept(tmp_path: Path, kind: str) -> None:
    with Server(tmp_path, JWT_SECRET="", LOG_LEVEL="info", LOG_FORMAT=kind) as server:
        token = token_of_alice(tmp_path)
        ask(server.url, token, "Buy milk")
        secret = (tmp_path / "data" / "jwt-secret").read_text()
        said = server.welcome if kind == "console" else server.log
        assert f"{Path('data', 'jwt-secret')}, made because" in said
        assert secret not in server.welcome + server.log
        assert server.url in said
        server.stop()

        server.start()
        assert [task["title"] for task in ask(server.url, token)] == ["Buy milk"]

    assert (tmp_path / "data" / "jwt-secret").read_text() == secret
    assert (tmp_path / "data" / "jwt-secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_token_is_good_for_the_user_it_names(tmp_path: Path) -> None:
    with Server(tmp_path, DATABASE_URL="memory:") as server:
        assert ask(server.url, token_of_alice(tmp_path, **GOOD)) == []


@pytest.mark.parametrize("user", ["", "a/b", "a b", "..", "x" * 256, "é"])
def test_a_token_for_an_impossible_user_is_refused_with_the_rule(tmp_path: Path, user: str) -> None:
    refused = run("token", "--user", user, folder=tmp_path, **GOOD)

    assert refused.returncode == 2
    assert refused.stderr.startswith("Error: --user must be 1 to 255 of the characters")
    assert refused.stdout == ""


def test_a_dotenv_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"JWT_SECRET={SECRET}\nPORT=0\nDATABASE_URL=memory:\n")

    from_file = run("token", "--user", "alice", folder=tmp_path)
    corrected = run("token", "--user", "alice", folder=tmp_path, PORT="8000")
    in_production = run("migrate", folder=tmp_path, ENVIRONMENT="production", PORT="8000")

    assert (from_file.returncode, corrected.returncode) == (2, 0)
    assert from_file.stderr.startswith("Error: PORT must")
    assert in_production.stderr.startswith("Error: JWT_SECRET is missing")


@pytest.mark.parametrize(
    "bare",
    [
        b"kT4-vJ8_qZ1xW6mN3bR9cL5yH2pS7dF0",
        "k\u00e9-vJ8_qZ1xW6\u00fcN3bR9c\u20ac5yH2pS7dF0".encode(),
        b"\x80\xffk\xfe\x01T4-vJ8_qZ1xW6mN3bR9cL5yH2pS7",
        b"a word, then another: x7! \t kQz#9",
    ],
    ids=["ASCII", "UTF-8", "no text", "with blanks"],
)
@pytest.mark.parametrize("end", [b"", b" \t\r\n"], ids=repr)
def test_O06_a_secret_is_its_bytes_without_the_blanks_round_it(
    tmp_path: Path, bare: bytes, end: bytes
) -> None:
    written = (end + bare + end).decode("utf-8", "surrogateescape")
    made = run("token", "--user", "alice", folder=tmp_path, JWT_SECRET=written)
    assert made.returncode == 0, made.stderr

    signed, _, signature = made.stdout.strip().rpartition(".")

    digest = hmac.digest(bare, signed.encode(), "sha256")
    assert signature == urlsafe_b64encode(digest).rstrip(b"=").decode()


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with Server(tmp_path, DATABASE_URL="memory:") as server:
        second = run("serve", "--port", str(server.port), folder=tmp_path, **GOOD)

    assert second.returncode == 1
    assert f"port {server.port} of 127.0.0.1 cannot be had" in second.stderr
    assert second.stderr.count("\n") == 1
