"""The settings: one frozen object, made from the environment once, at start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from application.limits import Rate
from entrypoints.settings.database_url import DatabaseUrl
from entrypoints.settings.issuers import ALGORITHMS, KeySetIssuer
from entrypoints.settings.limits import DEFAULT_RATE, Network
from entrypoints.settings.redis_url import RedisUrl
from entrypoints.settings.secret import Secret
from entrypoints.settings.table import SETTINGS, BadSetting, Setting
from entrypoints.settings.together import check_together

if TYPE_CHECKING:
    from entrypoints.settings.key_pair import PrivateKey, PublicKey

_DRAIN = 5  # seconds, in production: as long as balancers take to notice


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
    log_format: str | None = None
    metrics_token: Secret | None = None
    drain_seconds: int | None = None
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
    signing_key: "PrivateKey | None" = None
    signing_key_previous: "PublicKey | None" = None
    accounts: str | None = None
    access_token_minutes: int = 15
    refresh_token_days: int = 30
    session_days: int = 180
    rate_limit: Rate | None = DEFAULT_RATE
    redis_url: RedisUrl | None = None
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
        check_together(settings)
        return settings

    @property
    def loopback(self) -> bool:
        """Whether the service is reached from this machine alone."""
        return ip_address(self.host).is_loopback

    @property
    def drain(self) -> int:
        """Seconds between the word to stop and stopping, in which balancers turn away."""
        if self.drain_seconds is not None:
            return self.drain_seconds
        return _DRAIN if self.environment == "production" else 0

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
        """Who keeps count of requests: `redis` for all processes together, each process in its own
        `memory`, or nobody (`off`)."""
        if self.rate_limit is None:
            return "off"
        return "redis" if self.redis_url else "memory"

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


def _read(setting: Setting, name: str, text: str) -> Any:
    try:
        return dict(setting.in_other_units).get(name, setting.read)(text)
    except ValueError as error:
        raise BadSetting(name, str(error)) from None
