"""compose.yaml says what it must; `docker compose config` is for a machine that has an engine."""

import re
from importlib.metadata import version
from io import StringIO
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml  # type: ignore[import-untyped] # it has no types, and comes with schemathesis
from dotenv import dotenv_values

from entrypoints.serve import _STOP_PATIENCE
from entrypoints.settings.table import SETTINGS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PASSWORDS = {"POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "BACKUP_PASSWORD"}
NAMES = {name for setting in SETTINGS for name in setting.names}
ENDING = {"migrate", "backup", "restore"}
VARIABLE = re.compile(r"\$\{([A-Z_]+)[^}]*\}")


def example(name: str) -> set[str]:
    """The names in an example file, those that are commented out included."""
    text = re.sub(r"^# ?(?=[A-Z_]+=)", "", (ROOT / "deploy" / name).read_text(), flags=re.MULTILINE)
    return {*dotenv_values(stream=StringIO(text))}


def knows(service: str) -> set[str]:
    """Which variables of deploy/compose.env a service is told."""
    return {*VARIABLE.findall(str(SERVICES[service]))}


@pytest.mark.parametrize("name", SERVICES)
def test_O08_nothing_runs_with_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"cap_add", "privileged", "network_mode", "pid"} & service.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_has_a_version(name: str) -> None:
    assert re.fullmatch(r"[a-z/-]+:v?\d+[a-z0-9.-]*", SERVICES[name]["image"])


def test_ours_is_that_of_this_version() -> None:
    assert SERVICES["api"]["image"] == f"taskhaven:{version('taskhaven')}"
    assert SERVICES["migrate"]["image"] == SERVICES["api"]["image"]
    assert SERVICES["backup"]["image"] == f"taskhaven-tools:{version('taskhaven')}"


@pytest.mark.parametrize("name", ["backup", "restore"])
def test_backups_are_made_by_the_program_in_an_image_that_has_what_it_needs(name: str) -> None:
    service = SERVICES[name]

    assert service["entrypoint"] == ["taskhaven", name]
    assert service["build"] == {"context": ".", "target": "tools"}
    assert service["profiles"] == ["tools"], "nothing that `up` starts"
    assert (service["networks"], service["volumes"]) == (["data"], ["backups:/backups"])
    assert "backups" in COMPOSE["volumes"]
    assert f"compose run --build --rm {name} " in (ROOT / "docs" / "deployment.md").read_text()


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - ENDING))
def test_every_service_that_lasts_is_asked_for_its_health(name: str) -> None:
    built_here = "build" in SERVICES[name]  # the Dockerfile says how

    assert built_here or SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_each_waits_for_those_that_it_needs() -> None:
    waits = {
        name: {other: how["condition"] for other, how in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }

    assert waits == {
        "postgres": {},
        "migrate": {"postgres": "service_healthy"},
        "pgbouncer": {"postgres": "service_healthy"},
        "api": {"migrate": "service_completed_successfully", "pgbouncer": "service_healthy"},
        "nginx": {"api": "service_healthy"},
        "backup": {"postgres": "service_healthy"},
        "restore": {"postgres": "service_healthy"},
        "redis": {},
    }


def test_O11_only_what_migrates_and_restores_is_the_schemas_owner() -> None:
    api, *others = (SERVICES[n]["environment"] for n in ("api", "migrate", "restore", "backup"))
    urls = [api["DATABASE_URL"], api["DATABASE_DIRECT_URL"], *(o["DATABASE_URL"] for o in others)]
    ways = [(urlsplit(url).username, urlsplit(url).hostname) for url in urls]

    assert ways == [
        ("taskhaven_app", "pgbouncer"),
        ("taskhaven_app", "postgres"),
        ("taskhaven_owner", "postgres"),
        ("taskhaven_owner", "postgres"),
        ("taskhaven_backup", "postgres"),
    ]
    assert SERVICES["pgbouncer"]["environment"]["POOL_MODE"] == "transaction"


def test_each_service_is_told_no_password_but_its_own() -> None:
    assert {name: knows(name) & PASSWORDS for name in SERVICES} == {
        "postgres": PASSWORDS,
        "migrate": {"OWNER_PASSWORD"},
        "pgbouncer": {"APP_PASSWORD"},
        "api": {"APP_PASSWORD"},
        "backup": {"BACKUP_PASSWORD"},
        "restore": {"OWNER_PASSWORD"},
        "nginx": set(),
        "redis": set(),
    }


def test_an_engine_waits_longer_than_the_service_takes_to_end() -> None:
    patience = int(SERVICES["api"]["stop_grace_period"].removesuffix("s"))

    assert patience > int(SERVICES["api"]["environment"]["DRAIN_SECONDS"]) + _STOP_PATIENCE


def test_the_world_reaches_nginx_alone() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert COMPOSE["networks"]["data"]["internal"] is True
    assert "data" not in SERVICES["nginx"]["networks"]


def test_the_service_believes_nginx_and_nobody_who_came_by_chance() -> None:
    proxy = SERVICES["nginx"]["networks"]["front"]["ipv4_address"]
    (pool,) = COMPOSE["networks"]["front"]["ipam"]["config"]

    assert SERVICES["api"]["environment"]["TRUSTED_PROXIES"] == proxy
    assert ip_address(proxy) in ip_network(pool["subnet"])
    assert ip_address(proxy) not in ip_network(pool["ip_range"])


def test_nginx_has_room_for_the_largest_bodies_of_many_clients() -> None:
    largest = re.search(
        r"client_max_body_size (\d+)m;", (ROOT / "deploy" / "nginx.conf").read_text()
    )
    (temporary,) = SERVICES["nginx"]["tmpfs"]
    assert largest

    assert temporary.endswith("size=1g")
    assert 1_024 // int(largest[1]) >= 50


def test_the_examples_name_all_that_is_to_be_filled_in_and_no_more() -> None:
    assert example("compose.env.example") == {*VARIABLE.findall(TEXT)}
    assert example("taskhaven.env.example") <= NAMES
    for name in ("api", *sorted(ENDING)):
        assert SERVICES[name]["environment"].keys() <= NAMES
        assert SERVICES[name]["env_file"] == ["deploy/taskhaven.env"]


def test_what_is_to_be_filled_in_is_kept_out_of_git_and_images() -> None:
    assert "deploy/*.env" in (ROOT / ".gitignore").read_text().splitlines()
    assert "!deploy" not in (ROOT / ".dockerignore").read_text()


def test_the_files_that_are_mounted_are_there() -> None:
    mounted = [
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if volume.startswith("./")
    ]

    assert len(mounted) == 4
    assert all((ROOT / path).is_file() for path in mounted)
