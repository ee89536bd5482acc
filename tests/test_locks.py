"""What may be installed is locked: versions with the mends, hashes, and no addresses (O09)."""

import json
import re
from pathlib import Path

import pytest

from tests.test_advisories import MINIMUM, numbers

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")
BENCH_LOCKS = (
    "benchmarks/peers/fastapi_app/requirements.lock",
    "benchmarks/requirements.lock",
)
NODE_LOCKS = (
    "tests/better_auth/package-lock.json",
    "benchmarks/peers/fastify_app/package-lock.json",
)
REQUIREMENT = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[0-9][^ ]*)(?: *; [^\\]*)?")
HASH = re.compile(r" +--hash=sha256:[0-9a-f]{64}")


def requirements(lock: str) -> list[list[str]]:
    """Each requirement of a lock, as its line and those that go on from it, comments left out."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / lock).read_text(), flags=re.MULTILINE)
    return [entry.split(" \\\n") for entry in re.split(r"\n(?! )", text.rstrip("\n"))]


def versions(lock: str) -> dict[str, str]:
    found = (REQUIREMENT.fullmatch(lines[0].rstrip()) for lines in requirements(lock))
    return {match["name"]: match["version"] for match in found if match}


@pytest.mark.parametrize("lock", [*LOCKS, *BENCH_LOCKS])
def test_O09_each_requirement_is_one_version_with_hashes(lock: str) -> None:
    for first, *others in requirements(lock):
        assert REQUIREMENT.fullmatch(first.rstrip()), first
        assert others, first
        assert all(HASH.fullmatch(line) for line in others), first


@pytest.mark.parametrize("lock", [*LOCKS, *BENCH_LOCKS])
def test_O09_where_packages_come_from_is_a_matter_of_those_who_install(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert "://" not in text
    assert not re.search(r"^-|^ *--(?!hash=)", text, re.MULTILINE)


@pytest.mark.parametrize("lock", NODE_LOCKS)
def test_O09_what_node_runs_is_locked_in_the_same_way(lock: str) -> None:
    packages = json.loads((ROOT / lock).read_text())["packages"]
    packages.pop("")  # the project itself

    assert packages
    assert all("integrity" in package for package in packages.values())
    assert not any("resolved" in package for package in packages.values())


@pytest.mark.parametrize("name", MINIMUM)
def test_O09_what_is_locked_has_the_mends(name: str) -> None:
    assert numbers(versions("requirements.lock")[name]) >= numbers(MINIMUM[name])


def test_O09_all_locks_agree_on_every_version() -> None:
    every = versions("requirements-dev.lock")

    for lock in LOCKS:
        assert versions(lock).items() <= every.items()
