"""Settings of who issues tokens: what fits together, and what is needed to start (contract §9)."""

import json
from pathlib import Path

import pytest

from entrypoints.settings import Settings
from entrypoints.settings.issuers import ALGORITHMS, OWN_ISSUER, KeySetIssuer
from entrypoints.settings.limits import DEFAULT_RATE
from entrypoints.settings.table import BadSetting
from entrypoints.startup import settings_of
from tests.key_pairs import pair, pem
from tests.tokens import SECRET

ISS, URL = "https://id.example.org", "https://id.example.org/jwks"
KEY_SET = {"JWT_ISSUER": ISS, "JWT_JWKS_URL": URL}
MEMBER = {"name": "partner", "issuer": "https://partner.example.net", "jwks_url": URL}
FURTHER = {"JWT_ISSUERS": json.dumps([MEMBER])}
KEY = {"SIGNING_KEY": pem(pair("EdDSA").private)}


def bad(**environ: str) -> str:
    """What is said of an environment that cannot be used."""
    with pytest.raises(BadSetting) as raised:
        Settings.from_mapping(environ)
    message = str(raised.value)
    assert "canary" not in message
    assert "\n" not in message
    return message


def settings(**environ: str) -> Settings:
    return Settings.from_mapping(environ)


def test_without_settings_there_are_accounts_and_nobody_else() -> None:
    plain = settings()

    assert plain.issuers == ()
    assert plain.has_accounts
    assert plain.registration_open
    assert plain.needs_secret
    assert (plain.access_token_minutes, plain.refresh_token_days) == (15, 30)
    assert plain.session_days == 180
    assert plain.rate_limit == DEFAULT_RATE
    assert plain.trusted_proxies == ()


def test_one_issuer_is_the_first() -> None:
    assert settings(**KEY_SET).issuers == (KeySetIssuer("default", ISS, URL, (), ALGORITHMS),)
    whole = settings(**KEY_SET, JWT_AUDIENCE="a, b", JWT_ALGORITHMS="ES256,EdDSA")
    assert whole.issuers == (KeySetIssuer("default", ISS, URL, ("a", "b"), ("ES256", "EdDSA")),)


def test_further_issuers_come_after_it() -> None:
    both = settings(**KEY_SET, **FURTHER)

    assert [issuer.name for issuer in both.issuers] == ["default", "partner"]
    assert [issuer.name for issuer in settings(**FURTHER).issuers] == ["partner"]
    assert [i.name for i in settings(**FURTHER, JWT_SECRET=SECRET).issuers] == ["partner"]


@pytest.mark.parametrize(
    ("accounts", "key_sets", "there", "open_to_all"),
    [
        (None, {}, True, True),
        (None, KEY_SET, False, False),
        (None, FURTHER, False, False),
        ("on", {}, True, True),
        ("on", KEY_SET, True, True),
        ("ON", FURTHER, True, True),
        ("closed", {}, True, False),
        ("closed", KEY_SET, True, False),
        ("off", {}, False, False),
        ("off", KEY_SET, False, False),
    ],
    ids=str,
)
def test_there_are_accounts_where_nobody_else_has_key_sets_unless_told(
    accounts: str | None, key_sets: dict[str, str], there: bool, open_to_all: bool
) -> None:
    given = settings(**key_sets, **({"ACCOUNTS": accounts} if accounts else {}))

    assert given.has_accounts is there
    assert given.registration_open is open_to_all


@pytest.mark.parametrize(
    ("environ", "needed"),
    [
        ({}, True),
        ({"ACCOUNTS": "off"}, True),
        ({"ACCOUNTS": "closed"}, True),
        (KEY_SET, False),
        (FURTHER, False),
        ({**KEY_SET, "ACCOUNTS": "on"}, True),
        ({**KEY_SET, "ACCOUNTS": "on", **KEY}, False),
        ({**KEY_SET, **KEY}, False),
        (KEY, False),
        ({**KEY, "ACCOUNTS": "closed"}, False),
        ({**KEY, "ACCOUNTS": "off"}, True),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_a_secret_is_needed_where_nothing_else_verifies_or_signs(
    environ: dict[str, str], needed: bool, tmp_path: Path
) -> None:
    given = {**environ, "DATABASE_URL": "memory:"}

    assert settings(**given).needs_secret is needed
    if needed:
        with pytest.raises(BadSetting, match=r"^JWT_SECRET is missing: "):
            settings_of(given, tmp_path)
    else:
        assert settings_of(given, tmp_path).jwt_secret is None
    assert settings_of({**given, "JWT_SECRET": SECRET}, tmp_path).jwt_secret is not None


def test_a_secret_that_is_not_needed_is_not_made(tmp_path: Path) -> None:
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/tasks.db"}

    settings_of({**database, **KEY_SET}, tmp_path)
    assert list(tmp_path.iterdir()) == []

    made = settings_of(database, tmp_path).jwt_secret
    assert made is not None
    assert [file.name for file in tmp_path.iterdir()] == ["jwt-secret"]


def test_a_key_set_needs_the_iss_of_its_tokens() -> None:
    message = "JWT_ISSUER is missing: JWT_JWKS_URL needs the iss of its tokens"

    assert bad(JWT_JWKS_URL=URL) == message
    assert bad(JWT_JWKS_URL=URL, JWT_ISSUER=" ", **FURTHER) == message
    assert settings(JWT_ISSUER=ISS).issuers == ()


@pytest.mark.parametrize("more", [{}, {"JWT_JWKS_URL": URL}, {"JWT_SECRET": SECRET}, FURTHER])
def test_our_own_iss_is_nobody_elses(more: dict[str, str]) -> None:
    assert bad(JWT_ISSUER=OWN_ISSUER, **more) == (
        "JWT_ISSUER must not be that of this service itself"
    )
    ours = json.dumps([{**MEMBER, "issuer": OWN_ISSUER}])
    assert bad(JWT_ISSUERS=ours).startswith(f"JWT_ISSUERS must not name {OWN_ISSUER}")


@pytest.mark.parametrize("name", ["JWT_ALGORITHMS", "JWT_ALGORITHM", "ALGORITHM"])
def test_T06_a_secret_and_a_key_set_have_algorithms_of_their_own(name: str) -> None:
    mixed = "JWT_ALGORITHMS must be HS256 with a secret, and anything else with JWT_JWKS_URL"

    assert bad(**KEY_SET, **{name: "HS256"}) == mixed
    assert bad(JWT_SECRET=SECRET, **{name: "EdDSA"}) == mixed
    assert bad(**FURTHER, **{name: "EdDSA"}) == mixed
    assert bad(**KEY_SET, **{name: "HS256,EdDSA"}).startswith(f"{name} must be HS256 alone")
    assert settings(JWT_SECRET=SECRET, **{name: "HS256"}).jwt_algorithms == ("HS256",)
    assert settings(**KEY_SET, **{name: "EdDSA"}).issuers[0].algorithms == ("EdDSA",)


@pytest.mark.parametrize("twin", [{"name": "default"}, {"issuer": ISS}])
def test_the_first_issuer_is_none_of_the_further_ones(twin: dict[str, str]) -> None:
    further = json.dumps([{**MEMBER, **twin}])

    assert bad(**KEY_SET, JWT_ISSUERS=further) == (
        "JWT_ISSUERS must give each issuer a name and an iss of its own"
    )
    assert len(settings(JWT_ISSUERS=further).issuers) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JWT_JWKS_URL", "http://canary.example.org"),
        ("JWT_ALGORITHMS", "canary"),
        ("JWT_ISSUERS", "canary"),
        ("JWT_ISSUERS", '[{"canary": "canary"}]'),
        ("JWT_ISSUERS", json.dumps([{**MEMBER, "jwks_url": "ftp://canary"}])),
        ("JWT_SECRET_PREVIOUS", "canary"),
        ("SIGNING_KEY", "/nowhere/canary"),
        ("SIGNING_KEY", "-----BEGIN PRIVATE KEY-----\\ncanary\\n-----END PRIVATE KEY-----"),
        ("SIGNING_KEY_PREVIOUS", "/nowhere/canary"),
        ("ACCOUNTS", "canary"),
        *[("ACCESS_TOKEN_MINUTES", text) for text in ("0", "1441", "canary", "1.5")],
        *[("ACCESS_TOKEN_EXPIRE_MINUTES", text) for text in ("0", "canary")],
        *[("JWT_EXPIRATION_HOURS", text) for text in ("0", "25", "canary")],
        *[("REFRESH_TOKEN_DAYS", text) for text in ("0", "3651", "canary")],
        *[("SESSION_DAYS", text) for text in ("0", "3651", "canary")],
        ("RATE_LIMIT", "canary/minute"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,canary"),
    ],
    ids=lambda text: text[:24],
)
def test_a_bad_value_is_told_by_the_settings_name(name: str, value: str) -> None:
    assert bad(**KEY_SET | {name: value}).startswith(f"{name} must ")


def test_a_session_lasts_at_least_as_long_as_its_refresh_token() -> None:
    message = "SESSION_DAYS must not be less than REFRESH_TOKEN_DAYS"

    assert bad(REFRESH_TOKEN_DAYS="181") == message
    assert bad(SESSION_DAYS="29") == message
    assert settings(REFRESH_TOKEN_DAYS="29", SESSION_DAYS="29").session_days == 29


def test_hours_are_read_as_minutes_and_minutes_go_first() -> None:
    assert settings(JWT_EXPIRATION_HOURS="2").access_token_minutes == 120
    assert settings(ACCESS_TOKEN_EXPIRE_MINUTES="30").access_token_minutes == 30
    given = settings(JWT_EXPIRATION_HOURS="2", ACCESS_TOKEN_MINUTES="5")
    assert given.access_token_minutes == 5


@pytest.mark.parametrize("name", ["SIGNING_KEY", "SIGNING_KEY_PREVIOUS", "JWT_SECRET_PREVIOUS"])
def test_no_key_and_no_secret_stands_in_the_repr(name: str) -> None:
    value = SECRET if "SECRET" in name else KEY["SIGNING_KEY"]
    given = settings(**{**KEY, name: value})

    assert getattr(given, name.lower()) is not None
    assert not [line for line in value.split("\n") if len(line) > 30 and line in repr(given)]


@pytest.mark.parametrize("name", ["JWT_ISSUER", "JWT_AUDIENCE"])
def test_what_would_be_checked_of_nobody_is_refused(name: str) -> None:
    issuers = '[{"name": "a", "issuer": "https://a.example", "jwks_url": "https://a.example/jwks"}]'

    with pytest.raises(BadSetting, match=f"^{name} belongs to JWT_JWKS_URL"):
        settings(JWT_ISSUERS=issuers, **{name: "https://b.example"})


def test_a_key_before_none_is_refused() -> None:
    with pytest.raises(BadSetting, match=r"^SIGNING_KEY_PREVIOUS is of no use"):
        settings(SIGNING_KEY_PREVIOUS=KEY["SIGNING_KEY"])
