"""`.env.example` shows every setting there is, as it is when it is not set (contract §9)."""

import re
from dataclasses import fields
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values

from entrypoints.settings import Settings
from entrypoints.settings.table import SETTINGS, BadSetting

TEXT = (Path(__file__).parents[1] / ".env.example").read_text()
SECRETS = ("JWT_SECRET", "JWT_SECRET_PREVIOUS", "METRICS_TOKEN")
NOT_USABLE = {*SECRETS, "SIGNING_KEY", "SIGNING_KEY_PREVIOUS"}  # the latter name files


def values(text: str) -> dict[str, str]:
    return {name: value or "" for name, value in dotenv_values(stream=StringIO(text)).items()}


def uncommented() -> dict[str, str]:
    """What the file would set if no line of it were commented out."""
    return values(re.sub(r"^# ?(?=[A-Z_]+=)", "", TEXT, flags=re.MULTILINE))


def test_it_shows_every_setting_and_no_other() -> None:
    assert uncommented().keys() == {setting.name for setting in SETTINGS}


@pytest.mark.parametrize("alias", [alias for setting in SETTINGS for alias in setting.names[1:]])
def test_it_names_every_other_name_of_a_setting(alias: str) -> None:
    assert re.search(rf"\b{alias}\b", TEXT)


def test_every_setting_is_a_field_and_every_field_a_setting() -> None:
    assert [setting.field for setting in SETTINGS] == [field.name for field in fields(Settings)]


@pytest.mark.parametrize("name", SECRETS)
def test_its_secrets_refuse_to_start(name: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name} must not be a well-known example"):
        Settings.from_mapping({name: uncommented()[name]})


def test_copied_as_it_is_it_refuses_to_start() -> None:
    with pytest.raises(BadSetting, match=f"^{SECRETS[0]} "):
        Settings.from_mapping(values(TEXT))


def test_apart_from_the_secrets_it_says_what_holds_anyway() -> None:
    said = {name: value for name, value in values(TEXT).items() if name not in NOT_USABLE}

    assert Settings.from_mapping(said) == Settings()


def test_what_it_shows_as_an_example_could_be_used() -> None:
    shown = {name: value for name, value in uncommented().items() if name not in NOT_USABLE}

    assert Settings.from_mapping(shown) != Settings()
