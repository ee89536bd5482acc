"""What the doctor says of what it sees: every warning and error, and the good case beside it."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from application.inspection import FileSeen, KeySetSeen, ServerSeen, Way
from entrypoints.doctor import database, file, keys, limits, machine, network, secret
from entrypoints.doctor.checks import Check, run
from entrypoints.doctor.clock import clock
from entrypoints.doctor.findings import Finding, ok
from entrypoints.doctor.schema import schema
from entrypoints.settings import Settings
from entrypoints.settings.issuers import KeySetIssuer
from migrations import HEAD
from migrations.standing import Standing, Step
from tests.http.api import SECRET

OPEN = {"HOST": "0.0.0.0"}  # noqa: S104 - nobody listens
PRODUCTION = {"ENVIRONMENT": "production"}
SERVER = {"DATABASE_URL": "postgresql://127.0.0.1:1/n"}

Examine = Callable[[Settings], Iterable[Finding]]


def levels(found: Iterable[Finding]) -> list[str]:
    findings = [*found]
    assert all((f.advice is None) == (f.level == "ok") for f in findings)
    return [f.level for f in findings]


@pytest.mark.parametrize(
    ("examine", "environ", "level"),
    [
        (network.environment, {}, "ok"),
        (network.environment, OPEN, "warning"),
        (network.environment, OPEN | PRODUCTION, "ok"),
        (network.proxies, {}, "ok"),
        (network.proxies, OPEN, "warning"),
        (network.proxies, OPEN | {"TRUSTED_PROXIES": "10.0.0.0/8"}, "ok"),
        (network.metrics, {}, "ok"),
        (network.metrics, OPEN, "ok"),
        (network.metrics, PRODUCTION, "warning"),
        (network.metrics, PRODUCTION | {"METRICS_TOKEN": SECRET}, "ok"),
        (network.metrics, {"METRICS_TOKEN": SECRET}, "ok"),
        (network.origins, {"CORS_ORIGINS": "http://a.example"}, "ok"),
        (network.origins, PRODUCTION | {"CORS_ORIGINS": "http://a.example"}, "warning"),
        (network.origins, PRODUCTION | {"CORS_ORIGINS": "https://a.example"}, "ok"),
        (limits.limits, {"RATE_LIMIT": "off"}, "ok"),
        (limits.limits, PRODUCTION | {"RATE_LIMIT": "off"}, "warning"),
        (limits.limits, PRODUCTION, "ok"),
    ],
)
def test_settings_that_can_be_used_may_still_be_unwise(
    examine: Examine, environ: Mapping[str, str], level: str
) -> None:
    assert levels(examine(Settings.from_mapping(environ))) == [level]


def test_that_metrics_are_closed_is_said() -> None:
    (said,) = network.metrics(Settings.from_mapping(OPEN))

    assert "closed" in said.text


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (SECRET, "ok"),
        ("dJ7Q2mX0vZr9LkT4wYb8Ns1Hf6Gc3PeU5iAoRqWxKzE", "ok"),  # 43 characters
        ("dJ7Q2mX0vZr9LkT4wYb8Ns1Hf6Gc3PeU5iAoRqWxKz", "warning"),
        ("0f1e2d3c4b5a69788796a5b4c3d2e1f00123a5b4c9d8e7f66f7e8d9cab", "ok"),
        ("abcacbabcbacabcacbacabcbabcacbabcbacabcbabcacbDEFGH", "warning"),
    ],
    ids=["made", "43", "42", "hexadecimal", "three-letters"],
)
def test_a_secret_is_judged_by_length_and_variety(text: str, level: str) -> None:
    settings = Settings.from_mapping({"JWT_SECRET": text})

    assert levels(secret.secrets(settings)) == [level]


def test_the_secret_before_is_judged_too() -> None:
    weak = "dJ7Q2mX0vZr9LkT4wYb8Ns1Hf6Gc3PeU"
    settings = Settings.from_mapping({"JWT_SECRET": SECRET, "JWT_SECRET_PREVIOUS": weak})

    assert levels(secret.secrets(settings)) == ["ok", "warning"]


@pytest.mark.parametrize("environ", [PRODUCTION, OPEN, {"DATABASE_URL": "memory:"}, SERVER])
def test_a_secret_that_is_missing_is_an_error_where_none_is_made(
    environ: Mapping[str, str],
) -> None:
    assert levels(secret.secrets(Settings.from_mapping(environ))) == ["error"]


def test_where_keys_are_others_no_secret_is_needed() -> None:
    environ = {"JWT_JWKS_URL": "https://a.example/jwks", "JWT_ISSUER": "a"} | PRODUCTION

    assert levels(secret.secrets(Settings.from_mapping(environ))) == ["ok"]


@pytest.mark.parametrize(("mode", "level"), [(0o600, "ok"), (0o640, "warning"), (0o604, "warning")])
def test_a_secret_that_was_made_must_be_its_owners_alone(
    tmp_path: Path, mode: int, level: str
) -> None:
    kept = tmp_path / "jwt-secret"
    kept.write_text(SECRET)
    kept.chmod(mode)
    settings = Settings.from_mapping({"DATABASE_URL": f"sqlite:///{tmp_path / 'tasks.db'}"})

    assert levels(secret.secrets(settings)) == [level]
    assert kept.stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("holds", [b"", b"too short", b"\xff\xfe" * 40])
def test_a_kept_secret_that_cannot_be_used_is_an_error(tmp_path: Path, holds: bytes) -> None:
    (tmp_path / "jwt-secret").write_bytes(holds)
    settings = Settings.from_mapping({"DATABASE_URL": f"sqlite:///{tmp_path / 'tasks.db'}"})

    assert levels(secret.secrets(settings)) == ["error"]


@pytest.mark.parametrize(
    ("ahead", "level", "words"),
    [
        (0.0, "ok", "agrees with"),
        (1.9, "ok", "agrees with"),
        (-1.9, "ok", "agrees with"),
        (3.0, "warning", "3 s behind"),
        (-3.0, "warning", "3 s ahead of"),
        (29.0, "warning", "29 s behind"),
        (31.0, "error", "31 s behind"),
        (-3600.0, "error", "3600 s ahead of"),
    ],
)
def test_clocks_that_differ_matter_by_how_much(ahead: float, level: str, words: str) -> None:
    said = clock("somebody", timedelta(seconds=ahead))

    assert levels([said]) == [level]
    assert words in said.text


def seen(**different: object) -> ServerSeen:
    usual: dict[str, object] = {
        "version": 17,
        "superuser": False,
        "owner": False,
        "relayed": False,
        "pooled": False,
        "most_connections": 97,
        "clock_ahead": timedelta(),
    }
    return ServerSeen(**{**usual, **different})  # type: ignore[arg-type] # a table of a test


@pytest.mark.parametrize(("version", "level"), [(18, "ok"), (14, "ok"), (13, "warning")])
def test_an_old_server_is_warned_of(version: int, level: str) -> None:
    assert levels([database.version(seen(version=version))]) == [level]


@pytest.mark.parametrize(
    ("power", "level"),
    [({}, "ok"), ({"owner": True}, "warning"), ({"superuser": True}, "warning")],
)
def test_a_role_that_may_do_more_is_warned_of(power: Mapping[str, bool], level: str) -> None:
    said = database.role(seen(**power))

    assert levels([said]) == [level]
    assert ("deploy/roles.sql" in str(said.advice)) == (level == "warning")


POOLER = {"DATABASE_POOLER": "transaction"}
DIRECT = {"DATABASE_DIRECT_URL": "postgresql://127.0.0.1:1/n"}


@pytest.mark.parametrize(
    ("environ", "pooled", "level"),
    [
        ({}, False, "ok"),
        ({}, True, "error"),
        (POOLER, True, "ok"),
        (POOLER, False, "ok"),
        (DIRECT, True, "ok"),
        (DIRECT, False, "ok"),
    ],
)
def test_a_pooler_must_be_known_of(environ: dict[str, str], pooled: bool, level: str) -> None:
    said = database.pooler(Settings.from_mapping(SERVER | environ), seen(pooled=pooled))

    assert levels([said]) == [level]
    if level == "error":
        assert "DATABASE_DIRECT_URL" in str(said.advice)
        assert "DATABASE_POOLER=transaction" in str(said.advice)


@pytest.mark.parametrize("environ", [{}, POOLER, DIRECT])
def test_a_proxy_through_which_sessions_last_is_no_error(environ: dict[str, str]) -> None:
    said = database.pooler(Settings.from_mapping(SERVER | environ), seen(relayed=True))

    assert levels([said]) == ["ok"]
    assert "sessions last" in said.text


@pytest.mark.parametrize(
    ("workers", "size", "most", "level"),
    [
        (1, 10, 97, "ok"),
        (4, 11, 97, "ok"),  # 48, with one of each worker that listens
        (4, 12, 97, "warning"),
        (8, 11, 97, "warning"),
        (8, 12, 97, "error"),
        (1, 10, 5, "error"),
    ],
)
def test_connections_must_be_enough_for_every_worker_and_the_next_instance(
    workers: int, size: int, most: int, level: str
) -> None:
    environ = {**SERVER, "WORKERS": str(workers), "DATABASE_POOL_SIZE": str(size)}
    settings = Settings.from_mapping(environ)

    assert levels([database.connections(settings, seen(most_connections=most))]) == [level]
    pooled = seen(most_connections=most, pooled=True)
    assert levels([database.connections(settings, pooled)]) == ["ok"]


@pytest.mark.parametrize(
    ("way", "level"),
    [
        (Way(local=True, tls="prefer"), "ok"),
        (Way(local=False, tls="disable"), "warning"),
        (Way(local=False, tls="prefer"), "warning"),
        (Way(local=False, tls="require"), "ok"),
        (Way(local=False, tls="verify-ca"), "ok"),
        (Way(local=False, tls="verify-full"), "ok"),
    ],
)
def test_the_way_to_another_machine_needs_tls(way: Way, level: str) -> None:
    assert levels([database.encryption("DATABASE_URL", way)]) == [level]


@pytest.mark.parametrize(
    ("standing", "level"),
    [
        (Standing(HEAD), "ok"),
        (Standing("0001", (Step(HEAD, "More."),)), "warning"),
        (Standing(None, (Step("0001", "All."),)), "warning"),
        (Standing("9999", ahead=True), "error"),
    ],
)
def test_a_schema_may_be_behind_but_not_ahead(standing: Standing, level: str) -> None:
    assert levels([schema(standing)]) == [level]


GIB = 1024**3
USUAL = FileSeen(
    exists=True, writable=True, folder_writable=True, open_to_others=False, free=GIB, remote=None
)


def file_with(**different: object) -> FileSeen:
    members = {name: getattr(USUAL, name) for name in FileSeen.__slots__}
    return FileSeen(**{**members, **different})


@pytest.mark.parametrize(
    ("different", "expected"),
    [
        ({}, ["ok", "ok"]),
        ({"exists": False}, ["ok", "ok"]),
        ({"writable": False}, ["error", "ok"]),
        ({"folder_writable": False}, ["error", "ok"]),
        ({"open_to_others": True}, ["ok", "warning", "ok"]),
        ({"free": GIB - 1}, ["ok", "warning"]),
        ({"free": 100 * 1024**2}, ["ok", "warning"]),
        ({"free": 100 * 1024**2 - 1}, ["ok", "error"]),
        ({"remote": "nfs4"}, ["ok", "ok", "warning"]),
    ],
)
def test_a_file_needs_rights_room_and_a_disk_of_this_machine(
    different: Mapping[str, object], expected: list[str]
) -> None:
    assert levels(file.about(Path("tasks.db"), file_with(**different))) == expected


@pytest.mark.parametrize(
    ("count", "cpus", "level"), [(1, 1, "ok"), (4, 4, "ok"), (5, 4, "warning")]
)
def test_more_workers_than_cpus_are_warned_of(count: int, cpus: int, level: str) -> None:
    assert levels([machine.workers(count, cpus)]) == [level]


ISSUER = KeySetIssuer("partner", "https://i.example", "https://i.example/jwks", (), ("ES256",))


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ([{"ES256"}, {"RS256", "PS256"}], ["ok"]),
        ([{"RS256", "PS256"}], ["error"]),
        ([], ["error"]),
    ],
)
def test_an_issuers_keys_must_be_for_what_is_accepted(
    published: list[set[str]], expected: list[str]
) -> None:
    keys_seen = KeySetSeen([frozenset(algorithms) for algorithms in published], None)
    found = [*keys.key_set(ISSUER, lambda _: keys_seen)]

    assert levels(found) == expected
    assert "ES256" in found[0].text


def endless() -> Iterator[Finding]:
    yield ok("slow", "it began well")
    threading.Event().wait(20)


def broken() -> Iterator[Finding]:
    yield ok("broken", "it began well")
    raise ValueError("canary")


def test_checks_that_hang_or_fail_are_said_to_and_the_others_are_made() -> None:
    checks = [
        Check("slow", endless),
        Check("broken", broken),
        Check("good", lambda: [ok("good", "it is")]),
    ]

    found = [*run(checks, patience=0.2)]

    assert [(f.check, f.level) for f in found] == [
        ("slow", "ok"),
        ("slow", "error"),
        ("broken", "ok"),
        ("broken", "error"),
        ("good", "ok"),
    ]
    assert "ValueError" in found[3].text
    assert "canary" not in str(found)
