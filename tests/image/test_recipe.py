"""The Dockerfile says what it must (catalogue O08). `make image-check` does as it says."""

import json
import re
from pathlib import Path

import pytest

from tests.image.recipe import ROOT, copy_context, last, recipe

STAGES = [i.text.partition(" AS ") for i in recipe() if i.name == "FROM"]
SERVICE, TOOLS = (1 + [name for _, _, name in STAGES].index(name) for name in ("service", "tools"))
PACKAGES = {"domain", "application", "adapters", "entrypoints", "migrations"}


def said(name: str, stage: int = SERVICE) -> list[str]:
    """What a stage's instructions of this name say."""
    return [i.text for i in recipe() if (i.stage, i.name) == (stage, name)]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for text in said("ENV") for pair in text.split())


def test_O08_nobody_is_root_in_it() -> None:
    assert said("USER") == ["10001:10001"]
    assert said("USER", TOOLS)[-1] == "10001:10001"
    assert "--uid 10001" in " ".join(said("RUN"))


def test_what_is_built_when_nobody_says_which_has_no_client_programs() -> None:
    assert STAGES[-2:] == [("service", " AS ", "tools"), ("service", "", "")]
    assert [i.name for i in recipe() if i.stage == len(STAGES)] == ["FROM"]
    assert not [text for text in said("RUN") if "apt-get" in text]


def test_the_client_programs_are_as_new_as_the_server_that_compose_starts() -> None:
    server = re.search(r"image: postgres:(\d+)", (ROOT / "compose.yaml").read_text())
    assert server

    assert f" postgresql-client-{server[1]} " in " ".join(said("RUN", TOOLS))
    assert said("WORKDIR", TOOLS) == ["/backups"]
    assert "install -d -o 10001 -g 10001 -m 0700 /backups" in " ".join(said("RUN", TOOLS))


@pytest.mark.parametrize("name", ["ENTRYPOINT", "CMD"])
def test_O08_no_shell_stands_between_the_signals_and_the_service(name: str) -> None:
    assert json.loads(last(name)) in (["taskhaven"], ["serve"])


def test_O08_an_engine_stops_it_and_asks_for_its_health() -> None:
    assert last("STOPSIGNAL") == "SIGTERM"
    assert said("HEALTHCHECK")[0].endswith('CMD ["taskhaven", "health"]')
    assert last("EXPOSE") == "8000"


def test_O08_the_code_is_not_the_services_own() -> None:
    assert said("COPY") == ["--from=build /opt/taskhaven /opt/taskhaven"]
    assert said("VOLUME") == ['["/data"]']
    assert environment()["DATABASE_URL"] == "sqlite:////data/taskhaven.db"


def test_it_serves_others_as_in_production() -> None:
    assert environment()["ENVIRONMENT"] == "production"
    assert environment()["HOST"] == "0.0.0.0"  # noqa: S104 - in a container of its own


def test_O09_all_that_is_fetched_is_held_against_a_hash() -> None:
    ours = [i.text for i in recipe() if i.name == "RUN" and i.stage != TOOLS]
    fetched = [text for text in ours if re.search(r"\binstall .*-r", text)]

    assert len(fetched) == 2
    for command in fetched:
        assert "--require-hashes --only-binary :all: --requirement requirements" in command
    installed = [i.text for i in recipe() if i.name == "RUN" and "pip" in i.text]
    assert all("--require-hashes" in text or "--no-index" in text for text in installed[1:])
    assert "--without-pip" in installed[0]


def test_an_engine_is_sent_the_packages_and_the_locks_only(tmp_path: Path) -> None:
    copy_context(tmp_path)

    sent = {path.name for path in tmp_path.iterdir()}
    assert sent == PACKAGES | {"pyproject.toml", "requirements.lock", "requirements-build.lock"}
    kinds = {path.suffix for path in tmp_path.rglob("*") if path.is_file()}
    assert kinds <= {".py", ".toml", ".lock", ".txt", ".json", ".html", ".css", ".js"}
    for package in PACKAGES:
        ours = {p.relative_to(ROOT) for p in (ROOT / package).rglob("*.py")}
        assert ours == {p.relative_to(tmp_path) for p in (tmp_path / package).rglob("*.py")}
