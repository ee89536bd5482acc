"""docs/operations.md has every setting, command and alert, as they are."""

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

from entrypoints.cli import main
from entrypoints.settings.table import SETTINGS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operations.md").read_text()


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> dict[str, list[str]]:
    """The cells of each row of a section's table, by what the first one names."""
    found = re.findall(r"^\| `([^`]+)` \| (.*) \|$", section(title), re.MULTILINE)
    return {name: rest.split(" | ") for name, rest in found}


def test_every_setting_has_its_row_and_nothing_else_has() -> None:
    assert [*rows("Settings")] == [setting.name for setting in SETTINGS]


@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS])
def test_what_holds_where_it_is_not_set_is_what_the_example_says(name: str) -> None:
    said = re.fullmatch("`(.*)`", rows("Settings")[name][0])
    secret = "SECRET" in name or "KEY" in name
    shown = None if secret else dotenv_values(ROOT / ".env.example").get(name)

    assert (said.group(1) if said else None) == shown


def test_every_command_has_its_row() -> None:
    assert {*rows("Commands")} == {*main.commands}


def test_every_alert_has_its_chapter_and_no_other_has() -> None:
    alerts = re.findall(r"- alert: (\w+)", (ROOT / "deploy" / "alerts.yml").read_text())
    chapters = re.findall(r"^### (\w+)$", section("When an alert fires"), re.MULTILINE)

    assert chapters
    assert sorted(chapters) == sorted(alerts)


def test_what_it_links_to_is_there() -> None:
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGE):
        assert (ROOT / "docs" / link).exists(), link
    for file in re.findall(r"`(deploy/[^`]+)`", PAGE):
        assert (ROOT / file).exists(), file


def test_the_problems_it_names_are_problems() -> None:
    known = (ROOT / "docs" / "errors.md").read_text()

    for code in ("storage_unavailable", "busy", "keys_unavailable", "crowded", "internal"):
        assert f"`{code}`" in PAGE
        assert f"`{code}`" in known
