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
    return Settings.from_mapping(*_environs(environ, directory))


def read_address(environ: Mapping[str, str], directory: Path) -> tuple[str, int]:
    """Where the service listens, quickly: no other setting is read. Raises `BadSetting`."""
    named = [
        {name: environ[name] for name in ("HOST", "PORT") if name in environ}
        for environ in _environs(environ, directory)
    ]
    settings = Settings.from_mapping(*named)
    return settings.host, settings.port


def _environs(environ: Mapping[str, str], directory: Path) -> list[Mapping[str, str]]:
    if environ.get("ENVIRONMENT", "").strip().lower() == "production":
        return [environ]
    try:
        local = dotenv_values(directory / ".env", interpolate=False)  # a secret may hold any text
    except UnicodeDecodeError:
        raise BadSetting(".env", "must be text in UTF-8") from None
    return [environ, {name: text or "" for name, text in local.items()}]
