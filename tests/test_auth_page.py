"""What docs/auth.md says is so, and what it shows runs."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
from dotenv import dotenv_values

from application.throttle import AT_AN_ACCOUNT, BY_AN_ADDRESS
from domain.tally import Patience
from entrypoints.http.problems import PROBLEMS
from entrypoints.settings import Settings
from entrypoints.settings.issuers import KeySetIssuer
from entrypoints.settings.table import SETTINGS
from tests.better_auth.server import BetterAuth, _node
from tests.command_line import PATIENCE
from tests.http.accounts import PASSWORD, WRONG
from tests.http.server import Server

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "auth.md").read_text()
TASKHAVEN, FRONTEND = "https://tasks.example.com", "https://app.example.com"

# Where each has its key set below its issuer, who its tokens are for, and what it signs with.
PROVIDERS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "Better Auth": ("/api/auth/jwks", (FRONTEND,), ("EdDSA",)),
    "Auth0": ("/.well-known/jwks.json", (TASKHAVEN,), ("RS256",)),
    "Keycloak": ("/protocol/openid-connect/certs", ("taskhaven",), ("RS256",)),
    "Supabase": ("/.well-known/jwks.json", ("authenticated",), ("ES256", "RS256")),
    "Clerk": ("/.well-known/jwks.json", (), ("RS256",)),
}
SETTINGS_BLOCKS = re.findall(r"^```dotenv\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
CODES = {problem.code for problem in PROBLEMS.values()}
NAMES = {name for setting in SETTINGS for name in setting.names}

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")


@pytest.fixture
def node() -> Path:
    """What runs the page's code."""
    found = _node()
    _need(None if found else "there is no Node that is new enough")
    assert found
    return found


@pytest.fixture
def better_auth() -> Iterator[BetterAuth]:
    _need(BetterAuth.missing())
    with BetterAuth() as server:
        yield server


def _need(missing: str | None) -> None:
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


def section(heading: str) -> str:
    """What stands below a heading."""
    (found,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


def block(language: str, text: str) -> str:
    """The only block of a language there."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return str(found)


def settings(text: str) -> dict[str, str]:
    """What a block of settings, or a file, sets."""
    return {name: value or "" for name, value in dotenv_values(stream=StringIO(text)).items()}


def spans() -> list[str]:
    """All that is set as code within a line of text."""
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.DOTALL | re.MULTILINE)
    return [
        re.sub(r"\s+", " ", span).replace("\\|", "|") for span in re.findall("`([^`]+)`", prose)
    ]


def sources(*folders: str) -> str:
    """The text of every module there."""
    files = (file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return "".join(file.read_text() for file in files)


# Settings.


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the page's commands are run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_shell(script: str, folder: Path) -> None:
    subprocess.run(["bash", "-euc", script], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("text", [text for text in SETTINGS_BLOCKS if "SIGNING_KEY" not in text])
def test_every_block_of_settings_can_be_used_as_it_is(text: str) -> None:
    assert Settings.from_mapping(settings(text)) != Settings()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_providers_settings_make_the_issuer_that_it_is(provider: str) -> None:
    path, audiences, algorithms = PROVIDERS[provider]

    (issuer,) = Settings.from_mapping(settings(block("dotenv", section(provider)))).issuers

    assert issuer.jwks_url == issuer.issuer.removesuffix("/") + path
    assert issuer.issuer.endswith("/") == (provider == "Auth0")
    assert (issuer.audiences, issuer.algorithms) == (audiences, algorithms)


def test_only_the_users_of_further_issuers_have_a_name_in_their_owner_key() -> None:
    first, further = Settings.from_mapping(
        settings(block("dotenv", section("Several issuers")))
    ).issuers

    assert first.issuer == "https://acme.eu.auth0.com/"
    assert further == KeySetIssuer(
        "staff",
        "https://id.example.com/realms/staff",
        "https://id.example.com/realms/staff/protocol/openid-connect/certs",
        ("taskhaven",),
        ("RS256",),
    )
    assert f"`{further.name}/" in PAGE


@needs_openssl
def test_the_command_for_a_shared_secret_makes_one_that_is_taken(folder: Path) -> None:
    run_shell(block("sh", section("A shared secret")), folder)

    made = Settings.from_mapping(settings((folder / ".env").read_text()))

    assert made.jwt_secret
    assert made.has_accounts


@needs_openssl
def test_the_command_for_a_key_pair_makes_one_that_is_taken(folder: Path) -> None:
    text = section("Signing with a key pair")
    run_shell(block("sh", text), folder)

    made = Settings.from_mapping(settings(block("dotenv", text)))

    assert made.signing_key
    assert not made.needs_secret
    assert (folder / "signing-key.pem").stat().st_mode & 0o777 == 0o600


# Names.


def test_every_setting_that_it_names_is_one() -> None:
    named = {match[1] for span in spans() if (match := re.match(r"([A-Z][A-Z_]+)(=.*)?$", span))}
    shown = {*re.findall(r"^([A-Z_]+)=", PAGE, re.MULTILINE)}

    assert len(shown) > 5
    assert named - {"JWT"} | shown <= NAMES


def test_every_code_that_it_names_is_that_of_an_error_with_its_status() -> None:
    there = {(str(problem.status), problem.code) for problem in PROBLEMS.values()}
    named = re.findall(r"\b(\d{3})\s+`([a-z_]+)`", PAGE)
    comments = " ".join(re.findall(r"// (.*)$", PAGE, re.MULTILINE))
    in_comments = re.findall(r"[a-z]+_[a-z_]+", comments)

    assert len(named) > 4
    assert {*named} <= there
    assert {*in_comments} - {"request_id"} <= CODES


def test_every_reason_of_a_401_that_it_names_is_one() -> None:
    known = {*re.findall(r'InvalidToken\(f?"([^"]+)"', sources("adapters", "application"))}
    known |= {"exp is missing"}
    table = re.findall(r"^\| (`.*?) \|", section("When it says 401"), re.MULTILINE)
    in_table = {reason for cell in table for reason in re.findall("`([^`]+)`", cell)}
    in_bullets = {span for span in spans() if re.match(r"(not a compact|[a-z]+ (is|does) )", span)}

    assert len(in_table) > 10
    assert in_table | in_bullets <= known
    assert in_bullets <= in_table
    assert '"the keys of %s could not be fetched' in sources("adapters")


def test_every_event_of_the_audit_trail_that_it_names_is_recorded() -> None:
    recorded = {*re.findall(r'record\(\s*"([a-z_.]+)"', sources("application", "entrypoints"))}
    named = {*re.findall(r"`([a-z]+\.[a-z_]+)`", section("The audit trail"))} - {"taskhaven.audit"}

    assert len(named) > 10
    assert named <= recorded


def test_what_it_links_to_is_there() -> None:
    headings = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}

    assert {*re.findall(r"\]\(#(.*?)\)", PAGE)} <= anchors
    assert "docs/auth.md" in (ROOT / "README.md").read_text()


# Numbers.


def test_the_lifetimes_are_those_that_hold_where_none_is_set() -> None:
    rows = re.findall(r"^\| `(\w+_(?:MINUTES|DAYS))` \| .* \| (\d+) \|$", PAGE, re.MULTILINE)

    assert len(rows) == 3
    for name, number in rows:
        assert getattr(Settings(), name.lower()) == int(number)


@pytest.mark.parametrize(("row", "patience"), [(0, AT_AN_ACCOUNT), (1, BY_AN_ADDRESS)])
def test_the_numbers_of_the_throttling_are_those_there_are(row: int, patience: Patience) -> None:
    form = r"^\| .* \| (\d+) \| (.+?), doubled .*? \| (.+?) \| (.+?) \|$"
    free, first, longest, forgets = re.findall(form, PAGE, re.MULTILINE)[row]

    assert patience == Patience(int(free), span(first), span(longest), span(forgets))


def span(text: str) -> timedelta:
    """What begins with `30 s`, `15 min`, `1 h` or `1 day`."""
    number, unit = re.findall(r"^(\d+) (s|min|h|day)\b", text)[0]
    names = {"s": "seconds", "min": "minutes", "h": "hours", "day": "days"}
    return timedelta(**{names[unit]: int(number)})


# What runs.


def run_module(node: Path, folder: Path, script: str) -> Any:
    """What a module, which may import the page's, says in JSON."""
    (folder / "main.mjs").write_text(script)
    done = subprocess.run(
        [node, "main.mjs"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_users_of_a_better_auth_get_in_with_the_settings_and_the_call_shown(
    better_auth: BetterAuth, node: Path, tmp_path: Path
) -> None:
    shown = block("dotenv", section("Better Auth")).replace(FRONTEND, better_auth.url)
    token = better_auth.sign_up("alice")
    (call, *_) = re.findall(r"^```js\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)

    with Server(tmp_path, JWT_SECRET="", **settings(shown)) as server:
        said = run_module(
            node,
            tmp_path,
            f"const token = {json.dumps(token)};\n{call.replace(TASKHAVEN, server.url)}\n"
            "console.log(JSON.stringify([answer.status, await answer.json()]));",
        )

    status, task = said
    assert (status, task["title"]) == (201, "Buy milk")


def test_a_401_has_a_line_of_the_form_shown(tmp_path: Path) -> None:
    (example,) = re.findall(r"^.*token\.refused.*iss is not.*$", PAGE, re.MULTILINE)

    with Server(tmp_path, LOG_LEVEL="info") as server:
        headers = {"authorization": "Bearer opaque"}
        answer = httpx2.get(f"{server.url}/api/v1/tasks", headers=headers, verify=False)
    (line,) = [line for line in server.log.splitlines() if "token.refused" in line]

    assert answer.status_code == 401
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    said, shown = json.loads(line), json.loads(example)
    assert [*said] == [*shown]
    assert said["request_id"] == answer.json()["request_id"]
    assert {said[name] == shown[name] for name in ("level", "event", "logger")} == {True}
    assert _digits_hidden(said["time"]) == _digits_hidden(shown["time"])


def _digits_hidden(text: str) -> str:
    return re.sub(r"\d", "0", text)


OWN_ACCOUNTS = """
const kept = new Map();
globalThis.localStorage = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => kept.set(name, value),
  removeItem: (name) => kept.delete(name),
};
const codeOf = async (promise) => promise.then(() => null, (problem) => problem.code);
const [email, password, wrong] = WORDS;

const page = await import("./page.mjs");
const visitor = await codeOf(page.call("/tasks"));
const user = await page.register(email, password);
const body = JSON.stringify({ title: "Buy milk" });
const headers = { "Content-Type": "application/json" };
const made = await page.call("/tasks", { method: "POST", headers, body });

const reloaded = await import("./page.mjs?reloaded");
const [one, other] = await Promise.all([reloaded.call("/tasks"), reloaded.call("/tasks")]);
const titles = [await one.json(), await other.json()].flat().map((task) => task.title);
await reloaded.logOut();
const loggedOut = await codeOf(page.call("/tasks"));
const refused = await codeOf(page.logIn(email, wrong));
const again = await page.logIn(email, password);

console.log(JSON.stringify(
  { visitor, made: made.status, titles, loggedOut, refused, same: user.id === again.id },
));
"""


def test_a_page_can_register_go_on_after_a_reload_and_log_out_as_shown(
    node: Path, tmp_path: Path
) -> None:
    with Server(tmp_path) as server:
        shown = block("js", section("Own accounts")).replace(TASKHAVEN, server.url)
        (tmp_path / "page.mjs").write_text(shown)
        words = json.dumps(["ann@example.com", PASSWORD, WRONG])
        said = run_module(node, tmp_path, OWN_ACCOUNTS.replace("WORDS", words))

    assert said == {
        "visitor": "invalid_refresh_token",
        "made": 201,
        "titles": ["Buy milk", "Buy milk"],
        "loggedOut": "invalid_refresh_token",
        "refused": "wrong_credentials",
        "same": True,
    }
