"""The settings: one frozen object, made from the environment once, at start.

`SETTINGS` is the list of all there are; `.env.example` shows each, which a test compares.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from itertools import product
from pathlib import Path
from typing import Any, Self

from dotenv import dotenv_values

from application.limits import Rate
from entrypoints.database_url import DatabaseUrl
from entrypoints.issuers import (
    ALGORITHMS,
    OWN_ISSUER,
    KeySetIssuer,
    algorithms,
    key_set_url,
    names,
    read_issuers,
    refuse_equal,
)
from entrypoints.key_pair import PrivateKey, PublicKey
from entrypoints.limits import DEFAULT_RATE, Network, networks, read_rate
from entrypoints.origins import origins
from entrypoints.secret import Secret
from entrypoints.setting_values import address, log_level, one_of, whole

ENVIRONMENTS = ("development", "production")


class BadSetting(Exception):
    """A setting is missing or cannot be used; the message names it and never shows its value."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name} {detail}")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its field, its name in the environment, and how its text is read.

    `read` raises `ValueError` with what the value must be. `aliases` are names from the seed
    specifications, read where the name itself is not set, some in another unit.
    """

    field: str
    read: Callable[[str], Any]
    aliases: tuple[str, ...] = ()
    in_other_units: tuple[tuple[str, Callable[[str], Any]], ...] = ()

    @property
    def name(self) -> str:
        """The name in the environment."""
        return self.field.upper()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that is read, the first of them first."""
        return (self.name, *self.aliases, *dict(self.in_other_units))


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
    jwt_secret_previous: Secret | None = None
    jwt_issuer: str | None = None
    jwt_audience: tuple[str, ...] = ()
    jwt_jwks_url: str | None = None
    jwt_algorithms: tuple[str, ...] = ()
    jwt_issuers: tuple[KeySetIssuer, ...] = ()
    signing_key: PrivateKey | None = None
    signing_key_previous: PublicKey | None = None
    accounts: str | None = None
    access_token_minutes: int = 15
    refresh_token_days: int = 30
    session_days: int = 180
    rate_limit: Rate | None = DEFAULT_RATE
    trusted_proxies: tuple[Network, ...] = ()
    cors_origins: tuple[str, ...] = ()
    trash_days: int = 30
    journal_days: int = 90
    max_tasks_per_owner: int = 0

    @classmethod
    def from_mapping(cls, *environs: Mapping[str, str]) -> Self:
        """The settings that environments give, the first of them first.

        One that is blank counts as not set. Raises `BadSetting` for the first that cannot be used.
        """
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            for environ, name in product(environs, setting.names):
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
    def keeps_trash(self) -> bool:
        """Whether a deleted task can be restored."""
        return self.trash_days > 0

    @property
    def trash_lasts(self) -> timedelta:
        """How long a deleted task can be restored."""
        return timedelta(days=self.trash_days)

    @property
    def journal_lasts(self) -> timedelta:
        """How long the journal is kept."""
        return timedelta(days=self.journal_days)

    @property
    def most_tasks(self) -> int | None:
        """How many tasks an owner may have, if there is a limit."""
        return self.max_tasks_per_owner or None

    @property
    def issuers(self) -> tuple[KeySetIssuer, ...]:
        """Everybody whose tokens are verified by a key set; the users of the first need no name."""
        if self.jwt_jwks_url is None or self.jwt_issuer is None:
            return self.jwt_issuers
        first = KeySetIssuer(
            "default",
            self.jwt_issuer,
            self.jwt_jwks_url,
            self.jwt_audience,
            self.jwt_algorithms or ALGORITHMS,
        )
        return (first, *self.jwt_issuers)

    @property
    def has_accounts(self) -> bool:
        """Whether there are accounts of our own: unless told, where nobody else has key sets."""
        return self.accounts != "off" if self.accounts else not self.issuers

    @property
    def registration_open(self) -> bool:
        """Whether anybody may make an account for themselves."""
        return self.has_accounts and self.accounts != "closed"

    @property
    def needs_secret(self) -> bool:
        """Whether nothing can be verified, or not everything signed, without a JWT_SECRET."""
        signs = self.has_accounts and self.signing_key is None
        return signs or not (self.issuers or self.has_accounts)

    @property
    def limits(self) -> str:
        """Who keeps count of requests: each process in its own memory, or nobody (`off`)."""
        return "memory" if self.rate_limit else "off"

    @property
    def notices(self) -> str:
        """Who tells of the writes of other processes: `postgresql` if there is a way, or `none`."""
        postgresql = self.database_url.scheme == "postgresql"
        direct = self.session_state or self.database_direct_url is not None
        return "postgresql" if postgresql and direct else "none"

    @property
    def direct_target(self) -> Path | str:
        """What a driver takes to reach the database past a pooler."""
        return self.migration_url.target

    @property
    def migration_url(self) -> DatabaseUrl:
        """Where migrations go: past a pooler, if the way is known."""
        return self.database_direct_url or self.database_url

    def _check_together(self) -> None:
        if self.database_url.scheme == "memory" and self.workers > 1:
            raise BadSetting("WORKERS", "must be 1 with memory:, which processes cannot share")
        if self.database_direct_url and self.database_direct_url.scheme != "postgresql":
            raise BadSetting("DATABASE_DIRECT_URL", "must be a PostgreSQL address")
        if self.session_days < self.refresh_token_days:
            raise BadSetting("SESSION_DAYS", "must not be less than REFRESH_TOKEN_DAYS")
        self._check_issuers()

    def _check_issuers(self) -> None:
        if self.jwt_issuer == OWN_ISSUER:
            raise BadSetting("JWT_ISSUER", "must not be that of this service itself")
        if self.jwt_jwks_url is not None and self.jwt_issuer is None:
            raise BadSetting("JWT_ISSUER", "is missing: JWT_JWKS_URL needs the iss of its tokens")
        symmetric = "HS256" in self.jwt_algorithms
        if self.jwt_algorithms and symmetric == (self.jwt_jwks_url is not None):
            raise BadSetting(
                "JWT_ALGORITHMS", "must be HS256 with a secret, and anything else with JWT_JWKS_URL"
            )
        if (
            self.jwt_issuers
            and self.jwt_jwks_url is None
            and (self.jwt_issuer or self.jwt_audience)
        ):
            name = "JWT_ISSUER" if self.jwt_issuer else "JWT_AUDIENCE"
            raise BadSetting(name, "belongs to JWT_JWKS_URL: each of JWT_ISSUERS names its own")
        if self.signing_key_previous and self.signing_key is None:
            raise BadSetting("SIGNING_KEY_PREVIOUS", "is of no use without SIGNING_KEY")
        try:
            refuse_equal(self.issuers)
        except ValueError as error:
            raise BadSetting("JWT_ISSUERS", str(error)) from None


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
        return dict(setting.in_other_units).get(name, setting.read)(text)
    except ValueError as error:
        raise BadSetting(name, str(error)) from None


SETTINGS = (
    Setting("environment", one_of(*ENVIRONMENTS)),
    Setting("host", address),
    Setting("port", whole(1, 65_535)),
    Setting("workers", whole(1, 64)),
    Setting("log_level", log_level, ("DEBUG",)),
    Setting("database_url", DatabaseUrl.parse, ("NEON_DATABASE_URL", "NEON_DB_URL")),
    Setting("database_direct_url", DatabaseUrl.parse),
    Setting("database_pooler", one_of("none", "transaction")),
    Setting("database_pool_size", whole(1, 1000)),
    Setting("startup_wait", whole(0, 3600)),
    Setting("jwt_secret", Secret, ("BETTER_AUTH_SECRET", "JWT_SECRET_KEY")),
    Setting("jwt_secret_previous", Secret),
    Setting("jwt_issuer", str),
    Setting("jwt_audience", names),
    Setting("jwt_jwks_url", key_set_url),
    Setting("jwt_algorithms", algorithms, ("JWT_ALGORITHM", "ALGORITHM")),
    Setting("jwt_issuers", read_issuers),
    Setting("signing_key", PrivateKey.read),
    Setting("signing_key_previous", PublicKey.read),
    Setting("accounts", one_of("on", "closed", "off")),
    Setting(
        "access_token_minutes",
        whole(1, 1440),
        ("ACCESS_TOKEN_EXPIRE_MINUTES",),
        (("JWT_EXPIRATION_HOURS", lambda text: 60 * whole(1, 24)(text)),),
    ),
    Setting("refresh_token_days", whole(1, 3650)),
    Setting("session_days", whole(1, 3650)),
    Setting("rate_limit", read_rate),
    Setting("trusted_proxies", networks),
    Setting("cors_origins", origins, ("BETTER_AUTH_URL",)),
    Setting("trash_days", whole(0, 3650)),
    Setting("journal_days", whole(1, 3650)),
    Setting("max_tasks_per_owner", whole(0, 1_000_000_000)),
)
