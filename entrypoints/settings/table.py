"""Every setting there is: `.env.example` and docs/operations.md show each, which tests compare."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrypoints.settings.database_url import DatabaseUrl
from entrypoints.settings.issuers import algorithms, key_set_url, names, read_issuers
from entrypoints.settings.limits import networks, read_rate
from entrypoints.settings.origins import origins
from entrypoints.settings.redis_url import RedisUrl
from entrypoints.settings.secret import Secret
from entrypoints.settings.values import address, log_level, one_of, whole

if TYPE_CHECKING:
    from entrypoints.settings.key_pair import PrivateKey, PublicKey

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


# Key pairs take a while to import, and memory: only for those who have one.


def _private_key(text: str) -> "PrivateKey":
    from entrypoints.settings.key_pair import PrivateKey

    return PrivateKey.read(text)


def _public_key(text: str) -> "PublicKey":
    from entrypoints.settings.key_pair import PublicKey

    return PublicKey.read(text)


SETTINGS = (
    Setting("environment", one_of(*ENVIRONMENTS)),
    Setting("host", address),
    Setting("port", whole(1, 65_535)),
    Setting("workers", whole(1, 64)),
    Setting("log_level", log_level, ("DEBUG",)),
    Setting("log_format", one_of("json", "console")),
    Setting("metrics_token", Secret),
    Setting("drain_seconds", whole(0, 300)),
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
    Setting("signing_key", _private_key),
    Setting("signing_key_previous", _public_key),
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
    Setting("redis_url", RedisUrl.parse),
    Setting("trusted_proxies", networks),
    Setting("cors_origins", origins, ("BETTER_AUTH_URL",)),
    Setting("trash_days", whole(0, 3650)),
    Setting("journal_days", whole(1, 3650)),
    Setting("max_tasks_per_owner", whole(0, 1_000_000_000)),
)
