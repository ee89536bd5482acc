"""The settings an environment gives: defaults, aliases, blanks, and one line for a bad value."""

import json
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from application.limits import Rate
from entrypoints.settings import Settings
from entrypoints.settings.database_url import DatabaseUrl
from entrypoints.settings.environment import read_environment
from entrypoints.settings.issuers import KeySetIssuer
from entrypoints.settings.table import SETTINGS, BadSetting
from tests.key_pairs import pem
from tests.tokens import SECRET

PRIVATE, PREVIOUS = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
FURTHER = """[{"name": "auth0", "issuer": "https://tenant.auth0.example/",
  "jwks_url": "https://tenant.auth0.example/.well-known/jwks.json", "audiences": ["tasks"],
  "algorithms": ["RS256"]}]"""
DSN = "postgresql://user:canary-password@db.example.org/canary"


def bad(**environ: str) -> str:
    """What is said of an environment that cannot be used."""
    with pytest.raises(BadSetting) as raised:
        Settings.from_mapping(environ)
    return str(raised.value)


def test_without_any_setting_it_serves_this_machine_from_a_file() -> None:
    settings = Settings.from_mapping({})

    assert settings == Settings()
    assert settings.database_url == DatabaseUrl("sqlite", path=Path("data/taskhaven.db"))
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert (settings.environment, settings.jwt_secret) == ("development", None)
    assert settings.loopback
    assert settings.session_state


def test_every_setting_is_read() -> None:
    environ = {
        "ENVIRONMENT": "Production",
        "HOST": "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "PORT": "9000",
        "WORKERS": "4",
        "LOG_LEVEL": "WARNING",
        "LOG_FORMAT": "JSON",
        "METRICS_TOKEN": SECRET,
        "DRAIN_SECONDS": "7",
        "DATABASE_URL": DSN,
        "DATABASE_DIRECT_URL": f"{DSN}_direct",
        "DATABASE_POOLER": "transaction",
        "DATABASE_POOL_SIZE": "7",
        "STARTUP_WAIT": "0",
        "JWT_SECRET": SECRET,
        "JWT_SECRET_PREVIOUS": SECRET[::-1],
        "JWT_ISSUER": "https://id.example.org",
        "JWT_AUDIENCE": "tasks, other",
        "JWT_JWKS_URL": "https://id.example.org/jwks",
        "JWT_ALGORITHMS": "EdDSA, ES256",
        "JWT_ISSUERS": FURTHER,
        "SIGNING_KEY": pem(PRIVATE),
        "SIGNING_KEY_PREVIOUS": pem(PREVIOUS),
        "ACCOUNTS": "Closed",
        "ACCESS_TOKEN_MINUTES": "5",
        "REFRESH_TOKEN_DAYS": "7",
        "SESSION_DAYS": "14",
        "RATE_LIMIT": "100 / second",
        "REDIS_URL": "rediss://:word@redis.example.org/1",
        "TRUSTED_PROXIES": "10.0.0.0/8, ::1",
        "CORS_ORIGINS": "https://app.example.org",
        "TRASH_DAYS": "0",
        "JOURNAL_DAYS": "10",
        "MAX_TASKS_PER_OWNER": "7",
    }

    settings = Settings.from_mapping(environ)

    assert environ.keys() == {setting.name for setting in SETTINGS}
    assert settings.environment == "production"
    assert (settings.log_level, settings.log_format) == ("warning", "json")
    assert settings.metrics_token
    assert settings.metrics_token.text == SECRET
    assert settings.drain == 7
    assert settings.redis_url
    assert settings.redis_url.address == environ["REDIS_URL"]
    assert (settings.host, settings.port, settings.workers) == (environ["HOST"], 9000, 4)
    assert settings.database_url.target == DSN
    assert settings.migration_url.target == f"{DSN}_direct"
    assert (settings.database_pool_size, settings.startup_wait) == (7, 0)
    assert settings.jwt_secret
    assert settings.jwt_secret.text == SECRET
    assert settings.jwt_secret_previous
    assert settings.jwt_secret_previous.text == SECRET[::-1]
    first, further = settings.issuers
    assert first.issuer == "https://id.example.org"
    assert first.jwks_url == "https://id.example.org/jwks"
    assert first.audiences == ("tasks", "other")
    assert first.algorithms == ("EdDSA", "ES256")
    assert [further] == json.loads(FURTHER, object_hook=KeySetIssuer.read)
    assert settings.signing_key
    assert settings.signing_key.material.public_key() == PRIVATE.public_key()
    assert settings.signing_key_previous
    assert settings.signing_key_previous.material == PREVIOUS.public_key()
    assert settings.has_accounts
    assert not settings.registration_open
    assert settings.access_token_minutes == 5
    assert (settings.refresh_token_days, settings.session_days) == (7, 14)
    assert settings.rate_limit == Rate(100, 1)
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))
    assert settings.cors_origins == ("https://app.example.org",)
    assert (settings.keeps_trash, settings.trash_lasts) == (False, timedelta())
    assert settings.journal_lasts == timedelta(days=10)
    assert settings.most_tasks == 7
    assert not settings.loopback
    assert not settings.session_state


@pytest.mark.parametrize("alias", ["BETTER_AUTH_SECRET", "JWT_SECRET_KEY"])
def test_the_names_of_the_seeds_are_read_too(alias: str) -> None:
    assert Settings.from_mapping({alias: SECRET}) == Settings.from_mapping({"JWT_SECRET": SECRET})


@pytest.mark.parametrize("alias", ["NEON_DATABASE_URL", "NEON_DB_URL"])
def test_our_own_name_goes_before_an_alias(alias: str) -> None:
    environ = {alias: DSN}

    assert Settings.from_mapping(environ).database_url.target == DSN
    assert Settings.from_mapping({**environ, "DATABASE_URL": " "}).database_url.target == DSN
    own = Settings.from_mapping({**environ, "DATABASE_URL": "memory:"})
    assert own.database_url.scheme == "memory"


@pytest.mark.parametrize("blank", ["", " ", "\t", "\n"])
def test_a_blank_setting_is_not_set(blank: str) -> None:
    names = {name for setting in SETTINGS for name in (setting.name, *setting.aliases)}

    assert Settings.from_mapping(dict.fromkeys(names, blank)) == Settings()


def test_O06_white_space_round_a_value_is_no_part_of_it() -> None:
    assert Settings.from_mapping({"PORT": " 9000\n", "JWT_SECRET": f"{SECRET}\n"}) == (
        Settings.from_mapping({"PORT": "9000", "JWT_SECRET": SECRET})
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("PORT", text) for text in ("0", "65536", "-1", "80.0", "1e3", "0x50", "９０００")],
        ("PORT", "9" * 5000),
        ("PORT", "0" * 20 + "99999"),
        *[("WORKERS", text) for text in ("0", "65", "two", "+2")],
        *[("DATABASE_POOL_SIZE", text) for text in ("0", "1001")],
        *[("STARTUP_WAIT", text) for text in ("-1", "3601", "0" * 20 + "3601")],
        ("ENVIRONMENT", "canary"),
        ("LOG_LEVEL", "canary"),
        ("DATABASE_POOLER", "session"),
        *[
            (name, value)
            for name in ("DATABASE_URL", "NEON_DATABASE_URL", "NEON_DB_URL", "DATABASE_DIRECT_URL")
            for value in (
                "canary",
                "mysql://canary:canary@h/n",
                "sqlite://",
                "sqlite:///",
                "sqlite:///canary?mode=ro",
                "sqlite:///:memory:",
                "postgresql://canary:canary@[h/n",
                "postgresql://canary:canary@h/n?canary=1",
            )
        ],
        ("DATABASE_DIRECT_URL", "sqlite:///canary"),
        *[
            (name, value)
            for name in ("JWT_SECRET", "BETTER_AUTH_SECRET", "JWT_SECRET_KEY")
            for value in ("canary", "canary-" * 4, "change-me-canary-change-me-canary-!")
        ],
    ],
    ids=lambda text: text[:32],
)
def test_a_bad_value_is_told_in_one_line_that_names_the_setting_and_not_the_value(
    name: str, value: str
) -> None:
    message = bad(**{name: value})

    assert message.startswith(f"{name} must ")
    assert "\n" not in message
    assert "canary" not in message


def test_memory_cannot_be_shared_by_workers() -> None:
    assert bad(DATABASE_URL="memory:", WORKERS="2").startswith("WORKERS must be 1 ")


def test_neither_secrets_nor_addresses_stand_in_the_repr() -> None:
    settings = Settings.from_mapping(
        {"JWT_SECRET": SECRET, "DATABASE_URL": DSN, "DATABASE_DIRECT_URL": DSN}
    )

    for text in (repr(settings), str(settings), repr(settings.database_url)):
        assert SECRET not in text
        assert "canary" not in text
    assert "canary" not in str(settings.database_url)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - nothing is bound to it
        ("::", False),
        ("10.0.0.1", False),
    ],
)
def test_only_a_loopback_address_is_one(host: str, loopback: bool) -> None:
    assert Settings.from_mapping({"HOST": host}).loopback is loopback


@pytest.mark.parametrize(
    "behind_a_pooler", [{"DATABASE_POOLER": "transaction"}, {"DATABASE_DIRECT_URL": DSN}]
)
def test_F19_a_pooler_turns_session_state_off(behind_a_pooler: dict[str, str]) -> None:
    assert not Settings.from_mapping({"DATABASE_URL": DSN, **behind_a_pooler}).session_state


def test_a_file_in_the_directory_stands_below_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nHOST=10.0.0.1\nWORKERS\n# a comment\n")

    settings = read_environment({"PORT": "9001"}, tmp_path)

    assert (settings.port, settings.host, settings.workers) == (9001, "10.0.0.1", 1)


def test_what_the_environment_says_goes_before_the_file_under_whatever_name(
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=memory:\nPORT=9000\n")

    settings = read_environment({"NEON_DATABASE_URL": DSN, "PORT": " "}, tmp_path)

    assert (settings.database_url.target, settings.port) == (DSN, 9000)


@pytest.mark.parametrize(
    ("said", "level"), [("true", "debug"), ("1", "debug"), ("False", "info"), ("0", "info")]
)
def test_O03_DEBUG_is_a_level_too(said: str, level: str) -> None:
    assert Settings.from_mapping({"DEBUG": said}).log_level == level


@pytest.mark.parametrize("environment", ["production", " Production "])
def test_O03_production_reads_no_file(tmp_path: Path, environment: str) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nDATABASE_URL=memory:\n")

    settings = read_environment({"ENVIRONMENT": environment}, tmp_path)

    assert settings == Settings(environment="production")


def test_a_directory_without_a_file_will_do(tmp_path: Path) -> None:
    assert read_environment({}, tmp_path) == Settings()


@pytest.mark.parametrize("host", ["127.0.0.1.example.org", "example.org", "1.2.3", "[::1]"])
def test_a_host_is_an_address(host: str) -> None:
    assert bad(HOST=host).startswith("HOST must be an IP address")


def test_a_file_may_hold_any_text_in_utf_8(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("JWT_ISSUER=${HOME}\n")

    assert read_environment({"HOME": "h"}, tmp_path).jwt_issuer == "${HOME}"


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("JWT_ISSUER=ü".encode("latin-1"))

    with pytest.raises(BadSetting, match=r"^\.env must be text in UTF-8$"):
        read_environment({}, tmp_path)
