"""What has to be right before serving: the secret, and a database that is there and migrated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
_FILE = ("unable to open database file", "readonly database")
_LOCKED = "55P03"  # PostgreSQL: nobody gave up a lock in time


class CannotStart(Exception):
    """The database cannot be used; the message says why, without its address."""


@dataclass(frozen=True, slots=True)
class _Awaited:
    """What a start waits for, and what is said when it waited `{}` seconds in vain."""

    name: str
    in_vain: str


_THE_DATABASE = _Awaited("the database", "the database did not answer within {} s (STARTUP_WAIT)")
_A_LOCK = _Awaited(
    "a lock in the database, which a long query or another migration holds",
    "the schema could not be changed within {} s (STARTUP_WAIT), since a lock is held: "
    "let the long query or the other migration end, and try again",
)


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
    from sqlalchemy.exc import OperationalError

    deadline, word = monotonic() + settings.startup_wait, 0.0
    while True:
        try:
            return _migrate(settings)
        except OperationalError as error:
            awaited = _awaited(error.orig)
            if monotonic() >= deadline:
                raise CannotStart(awaited.in_vain.format(settings.startup_wait)) from None
        if monotonic() >= word:
            say(f"Waiting for {awaited.name}")
            word = monotonic() + _NEXT_WORD
        sleep(_NEXT_TRY)


def schema_ahead(revision: str | None) -> str:
    """What is said of a schema whose revision is not known here."""
    return (
        f"the database is at revision {revision}, which this version does not know: "
        "run the version that migrated it, or a newer one"
    )


def why_unusable(error: Exception, setting: str = "DATABASE_URL") -> str:
    """What is said of a driver's error: no address, user or SQL, which its own text may show."""
    from sqlalchemy.exc import OperationalError

    if isinstance(error, OperationalError):
        return _final(str(error.orig), setting) or "the database does not answer"
    return f"the database cannot be used: {_first_line(error)}"


def _migrate(settings: Settings) -> str | None:
    """Returns the revision before. Raises `CannotStart`, and `OperationalError` to wait for."""
    from sqlalchemy.exc import DatabaseError, OperationalError

    from migrations import HEAD
    from migrations.runner import MayNotMigrate, SchemaAhead, upgrade

    try:
        return upgrade(settings.migration_url.target)
    except SchemaAhead as ahead:
        raise CannotStart(schema_ahead(str(ahead))) from None
    except MayNotMigrate as refused:
        raise CannotStart(
            f"the schema must be brought from {refused.before or 'nothing'} to {HEAD} by a role "
            "that may change it: run taskhaven migrate with that role's DATABASE_URL or "
            "DATABASE_DIRECT_URL"
        ) from None
    except OperationalError as error:
        if final := _final(str(error.orig)):
            raise CannotStart(final) from None
        raise
    except (DatabaseError, OSError) as error:
        raise CannotStart(why_unusable(error)) from None


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip().partition("\n")[0]  # SQL may follow


def _awaited(error: BaseException | None) -> "_Awaited":
    locked = getattr(error, "sqlstate", None) == _LOCKED or "is locked" in str(error)
    return _A_LOCK if locked else _THE_DATABASE


def _kept(file: Path) -> Secret:
    try:
        return kept_secret(file)
    except OSError as error:
        raise BadSetting(
            "JWT_SECRET", f"is missing, and {file} cannot be made: {error.strerror}"
        ) from None
    except ValueError as error:
        raise BadSetting("JWT_SECRET", f"is missing, and what {file} holds {error}") from None


def _final(reason: str, setting: str = "DATABASE_URL") -> str | None:
    """What is to be said of a reason that no waiting would mend."""
    if any(text in reason for text in _FILE):
        return f"the database's file cannot be opened and written ({setting})"
    if any(text in reason for text in _FINAL):
        return f"the database refuses the user, the password or the name in {setting}"
    return None
