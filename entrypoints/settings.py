"""The settings: one frozen object, made from the environment once, at start.

`SETTINGS` is the list of all there are; `.env.example` shows each, which a test compares.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from itertools import product
from pathlib import Path
from typing import Any, Self

from dotenv import dotenv_values

from entrypoints.database_url import DatabaseUrl
from entrypoints.origins import origins
from entrypoints.secret import Secret

ENVIRONMENTS = ("development", "production")
LOG_LEVELS = ("debug", "info", "warning", "error")


class BadSetting(Exception):
    """A setting is missing or cannot be used; the message names it and never shows its value."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name} {detail}")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its field, its name in the environment, and how its text is read.

    `read` raises `ValueError` with what the value must be. `aliases` are names from the seed
    specifications, read where the name itself is not set.
    """

    field: str
    read: Callable[[str], Any]
    aliases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name in the environment."""
        return self.field.upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this Taskhaven runs. No secret stands in its repr, the addresses of databases included.

    Times are in seconds.
    """

    environment: str = "development"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    log_level: str = "info"
    database_url: DatabaseUrl = field(
        default=DatabaseUrl.parse("sqlite:///data/taskhaven.db"), repr=False
    )
    database_direct_url: DatabaseUrl | None = field(default=None, repr=False)
    database_pooler: str = "none"
    database_pool_size: int = 10
    startup_wait: int = 30
    jwt_secret: Secret | None = None
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    cors_origins: tuple[str, ...] = ()
    max_tasks_per_owner: int = 0

    @classmethod
    def from_mapping(cls, *environs: Mapping[str, str]) -> Self:
        """The settings that environments give, the first of them first.

        One that is blank counts as not set. Raises `BadSetting` for the first that cannot be used.
        """
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            for environ, name in product(environs, (setting.name, *setting.aliases)):
                text = environ.get(name, "").strip()
                if text:
                    values[setting.field] = _read(setting, name, text)
                    break
        settings = cls(**values)
        settings._check_together()
        return settings

    @property
    def loopback(self) -> bool:
        """Whether the service is reached from this machine alone."""
        return ip_address(self.host).is_loopback

    @property
    def session_state(self) -> bool:
        """Whether a connection keeps its session: not behind a pooler that shares sessions."""
        return self.database_direct_url is None and self.database_pooler == "none"

    @property
    def most_tasks(self) -> int | None:
        """How many tasks an owner may have, if there is a limit."""
        return self.max_tasks_per_owner or None

    @property
    def migration_url(self) -> DatabaseUrl:
        """Where migrations go: past a pooler, if the way is known."""
        return self.database_direct_url or self.database_url

    def _check_together(self) -> None:
        if self.database_url.scheme == "memory" and self.workers > 1:
            raise BadSetting("WORKERS", "must be 1 with memory:, which processes cannot share")
        if self.database_direct_url and self.database_direct_url.scheme != "postgresql":
            raise BadSetting("DATABASE_DIRECT_URL", "must be a PostgreSQL address")


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


def _read(setting: Setting, name: str, text: str) -> Any:
    try:
        return setting.read(text)
    except ValueError as error:
        raise BadSetting(name, str(error)) from None


def _address(text: str) -> str:
    try:
        return str(ip_address("127.0.0.1" if text == "localhost" else text))
    except ValueError:
        raise ValueError("must be an IP address, such as 127.0.0.1, 0.0.0.0 or ::1") from None


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text.lower()

    return read


def _log_level(text: str) -> str:
    """A level, or what the seeds' DEBUG says: whether everything is to be told."""
    level = {"true": "debug", "1": "debug", "false": "info", "0": "info"}.get(text.lower(), text)
    return _one_of(*LOG_LEVELS)(level)


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        digits = text.isascii() and text.isdigit() and len(text) <= 20
        if not digits or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


SETTINGS = (
    Setting("environment", _one_of(*ENVIRONMENTS)),
    Setting("host", _address),
    Setting("port", _whole(1, 65_535)),
    Setting("workers", _whole(1, 64)),
    Setting("log_level", _log_level, ("DEBUG",)),
    Setting("database_url", DatabaseUrl.parse, ("NEON_DATABASE_URL", "NEON_DB_URL")),
    Setting("database_direct_url", DatabaseUrl.parse),
    Setting("database_pooler", _one_of("none", "transaction")),
    Setting("database_pool_size", _whole(1, 1000)),
    Setting("startup_wait", _whole(0, 3600)),
    Setting("jwt_secret", Secret, ("BETTER_AUTH_SECRET", "JWT_SECRET_KEY")),
    Setting("jwt_issuer", str),
    Setting("jwt_audience", str),
    Setting("cors_origins", origins, ("BETTER_AUTH_URL",)),
    Setting("max_tasks_per_owner", _whole(0, 1_000_000_000)),
)
