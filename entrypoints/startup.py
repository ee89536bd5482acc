"""What has to be right before serving: the secret, and a database that is there and migrated."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

from entrypoints.settings import Settings
from entrypoints.settings.environment import read_environment
from entrypoints.settings.secret import Secret, kept_secret
from entrypoints.settings.table import BadSetting

_NEXT_TRY = 0.5  # seconds
_NEXT_WORD = 5.0  # seconds between messages while waiting

# Nothing that waiting would mend. libpq gives no state for an error while connecting, only text.
_FINAL = (
    *("password authentication failed", "no password supplied", "does not exist", "no pg_hba"),
    *("invalid sslmode value", "root certificate file"),
)


class CannotStart(Exception):
    """The database cannot be used; the message says why, without its address."""


def settings_of(environ: Mapping[str, str], directory: Path) -> Settings:
    """The settings, with a secret: one that is missing is made and kept where that is safe.

    Safe is a loopback address with SQLite, beside whose file the secret lies, readable by its owner
    alone. Raises `BadSetting`.
    """
    settings = read_environment(environ, directory)
    if settings.jwt_secret is not None or not settings.needs_secret:
        return settings
    file = secret_file(settings)
    if file is None:
        raise BadSetting(
            "JWT_SECRET",
            "is missing: set the identity provider's secret, or make one with: "
            "openssl rand -base64 48",
        )
    return replace(settings, jwt_secret=_kept(file))


def secret_file(settings: Settings) -> Path | None:
    """Where the secret lies that is made when none is set; none where that would not be safe."""
    database = settings.database_url.path
    if database is None or not settings.loopback or settings.environment == "production":
        return None
    return database.with_name("jwt-secret")


def made_secret(settings: Settings) -> Path | None:
    """The file that the secret in use was taken from, if it was made by us."""
    file = secret_file(settings)
    secret = settings.jwt_secret
    if file and secret and file.exists() and file.read_text().strip() == secret.text:
        return file
    return None


def prepare_database(settings: Settings, say: Callable[[str], None]) -> str | None:
    """Wait up to `STARTUP_WAIT` for the database and migrate it; returns its revision before.

    `say` is told while there is something to wait for. Raises `CannotStart`.
    """
    if settings.database_url.scheme == "memory":
        return None
    # Alembic takes a while to import, which reading the settings need not wait for.
    from sqlalchemy.exc import DatabaseError, OperationalError

    from migrations.runner import SchemaAhead, upgrade

    deadline, word = monotonic() + settings.startup_wait, 0.0
    while True:
        try:
            return upgrade(settings.migration_url.target)
        except SchemaAhead as ahead:
            raise CannotStart(
                f"the database is at revision {ahead}, which this version does not know: "
                "run the version that migrated it, or a newer one"
            ) from None
        except OperationalError as error:
            _give_up_if_final(str(error.orig))
            if monotonic() >= deadline:
                raise CannotStart(
                    f"the database did not answer within {settings.startup_wait} s (STARTUP_WAIT)"
                ) from None
        except (DatabaseError, OSError) as error:
            reason = str(getattr(error, "orig", error)).partition("\n")[0]  # SQL may follow
            raise CannotStart(f"the database cannot be used: {reason}") from None
        if monotonic() >= word:
            say("Waiting for the database")
            word = monotonic() + _NEXT_WORD
        sleep(_NEXT_TRY)


def _kept(file: Path) -> Secret:
    try:
        return kept_secret(file)
    except OSError as error:
        raise BadSetting(
            "JWT_SECRET", f"is missing, and {file} cannot be made: {error.strerror}"
        ) from None
    except ValueError as error:
        raise BadSetting("JWT_SECRET", f"is missing, and what {file} holds {error}") from None


def _give_up_if_final(reason: str) -> None:
    if "unable to open database file" in reason or "readonly database" in reason:
        raise CannotStart("the database's file cannot be opened and written (DATABASE_URL)")
    if any(text in reason for text in _FINAL):
        raise CannotStart("the database refuses the user, the password or the name in DATABASE_URL")
