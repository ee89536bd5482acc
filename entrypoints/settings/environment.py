"""Where settings come from."""

from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from entrypoints.settings import Settings
from entrypoints.settings.table import BadSetting


def read_environment(environ: Mapping[str, str], directory: Path) -> Settings:
    """The settings of the process, and outside production those of `directory`/.env below them.

    Raises `BadSetting`.
    """
    if environ.get("ENVIRONMENT", "").strip().lower() == "production":
        return Settings.from_mapping(environ)
    try:
        local = dotenv_values(directory / ".env", interpolate=False)  # a secret may hold any text
    except UnicodeDecodeError:
        raise BadSetting(".env", "must be text in UTF-8") from None
    return Settings.from_mapping(environ, {name: text or "" for name, text in local.items()})
