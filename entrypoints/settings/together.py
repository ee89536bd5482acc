"""Which settings do not go together."""

from typing import TYPE_CHECKING

from entrypoints.settings.issuers import OWN_ISSUER, refuse_equal
from entrypoints.settings.table import BadSetting

if TYPE_CHECKING:
    from entrypoints.settings import Settings


def check_together(settings: "Settings") -> None:
    """Raises `BadSetting` for settings that do not go together."""
    if settings.database_url.scheme == "memory" and settings.workers > 1:
        raise BadSetting("WORKERS", "must be 1 with memory:, which processes cannot share")
    if settings.database_direct_url and settings.database_direct_url.scheme != "postgresql":
        raise BadSetting("DATABASE_DIRECT_URL", "must be a PostgreSQL address")
    if settings.session_days < settings.refresh_token_days:
        raise BadSetting("SESSION_DAYS", "must not be less than REFRESH_TOKEN_DAYS")
    _check_issuers(settings)


def _check_issuers(settings: "Settings") -> None:
    if settings.jwt_issuer == OWN_ISSUER:
        raise BadSetting("JWT_ISSUER", "must not be that of this service itself")
    if settings.jwt_jwks_url is not None and settings.jwt_issuer is None:
        raise BadSetting("JWT_ISSUER", "is missing: JWT_JWKS_URL needs the iss of its tokens")
    symmetric = "HS256" in settings.jwt_algorithms
    if settings.jwt_algorithms and symmetric == (settings.jwt_jwks_url is not None):
        raise BadSetting(
            "JWT_ALGORITHMS", "must be HS256 with a secret, and anything else with JWT_JWKS_URL"
        )
    if (
        settings.jwt_issuers
        and settings.jwt_jwks_url is None
        and (settings.jwt_issuer or settings.jwt_audience)
    ):
        name = "JWT_ISSUER" if settings.jwt_issuer else "JWT_AUDIENCE"
        raise BadSetting(name, "belongs to JWT_JWKS_URL: each of JWT_ISSUERS names its own")
    if settings.signing_key_previous and settings.signing_key is None:
        raise BadSetting("SIGNING_KEY_PREVIOUS", "is of no use without SIGNING_KEY")
    try:
        refuse_equal(settings.issuers)
    except ValueError as error:
        raise BadSetting("JWT_ISSUERS", str(error)) from None
