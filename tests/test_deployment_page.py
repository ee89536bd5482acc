"""What docs/deployment.md names is there, and what it promises of the schema is so."""

import re
from pathlib import Path

import pytest

from entrypoints.settings import Settings
from entrypoints.settings.table import SETTINGS
from tests.http.api import SECRET

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "deployment.md").read_text()
BLOCKS = re.findall(r"^ *```sh\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE)
NAMES = {setting.name for setting in SETTINGS}


def test_the_files_that_its_commands_take_are_there() -> None:
    taken = {path for block in BLOCKS for path in re.findall(r"(?<![\w/])deploy/[\w.-]+", block)}
    made = {"deploy/compose.env", "deploy/taskhaven.env"}

    assert made < taken
    assert len(taken) >= 9
    assert all((ROOT / path).is_file() for path in taken - made)


def test_the_settings_that_it_names_are_there() -> None:
    table = re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    named = {name for cell in table for name in re.findall(r"`([A-Z_]+)", cell)}

    assert len(named) >= 10
    assert named <= NAMES


@pytest.mark.parametrize("block", [block for block in BLOCKS if "ENVIRONMENT=" in block])
def test_the_settings_of_its_one_command_can_be_used(block: str) -> None:
    environ = dict(re.findall(r"([A-Z_]+)=(\S+)", block)) | {"JWT_SECRET": SECRET}

    settings = Settings.from_mapping(environ)

    assert settings.environment == "production"
    assert str(settings.database_url.path) == "/srv/taskhaven/taskhaven.db"


def test_O05_no_password_stands_among_arguments_and_all_that_are_asked_for_are_handed_on() -> None:
    texts = [PAGE, *(path.read_text() for path in (ROOT / "deploy").glob("*roles*"))]
    asked = re.findall(r"^\\getenv \w+ (\w+)$", "".join(texts), re.MULTILINE)
    (handed,) = re.findall(r"--preserve-env=([\w,]+)", PAGE)

    assert not re.findall(r"(?:--set=|--variable=|-v ?)\w*password", "".join(texts))
    assert asked == handed.split(",") == ["OWNER_PASSWORD", "APP_PASSWORD", "BACKUP_PASSWORD"]


def test_it_starts_from_the_readme() -> None:
    assert "(docs/deployment.md)" in (ROOT / "README.md").read_text()
