"""Checks of a PostgreSQL server, of the role that serves, and of the way there."""

from collections.abc import Callable, Iterator

from application.errors import Unavailable
from application.inspection import ServerInspection, ServerSeen, Way
from entrypoints.doctor.clock import clock
from entrypoints.doctor.findings import Finding, error, ok, warning
from entrypoints.doctor.schema import CannotLook, look, schema
from entrypoints.settings import Settings

_OLDEST = 14
_REACH = "See whether it runs, and check host, port, user, password and name in {}."
_ENCRYPTED = ("require", "verify-ca", "verify-full")

_RELAYED = "there is a pooler or proxy, and sessions last"

Inspect = Callable[[str], ServerInspection]


def postgresql(settings: Settings, inspect: Inspect) -> Iterator[Finding]:
    """Everything about the server of DATABASE_URL."""
    address = str(settings.database_url.address)
    inspection = inspect(address)
    yield encryption("DATABASE_URL", inspection.way)
    try:
        standing = look(address)
        seen = inspection.look()
    except (CannotLook, Unavailable) as why:
        yield error("database", str(why), _REACH.format("DATABASE_URL"))
        return
    yield version(seen)
    yield schema(standing)
    yield role(seen)
    yield pooler(settings, seen)
    yield connections(settings, seen)
    yield clock("the database server", seen.clock_ahead)


def direct(settings: Settings, inspect: Inspect) -> Iterator[Finding]:
    """What matters of the way past a pooler, if one is configured."""
    if settings.database_direct_url is None:
        return
    address = str(settings.database_direct_url.address)
    inspection = inspect(address)
    yield encryption("DATABASE_DIRECT_URL", inspection.way)
    try:
        look(address, "DATABASE_DIRECT_URL")
        seen = inspection.look()
    except (CannotLook, Unavailable) as why:
        yield error("pooler", str(why), _REACH.format("DATABASE_DIRECT_URL"))
        return
    if seen.pooled:
        yield error(
            "pooler",
            "DATABASE_DIRECT_URL leads through a pooler too, where no session lasts",
            "Set it to the database server's own address, which notices of changes need.",
        )
    elif seen.relayed:
        yield ok("pooler", f"DATABASE_DIRECT_URL: {_RELAYED}")
    else:
        yield ok("pooler", "DATABASE_DIRECT_URL leads past any pooler")


def encryption(name: str, way: Way) -> Finding:
    """Whether anybody on the way could read along."""
    if way.local:
        return ok("encryption", f"{name} leads to this machine")
    if way.tls not in _ENCRYPTED:
        return warning(
            "encryption",
            f"{name} leads to another machine, and with sslmode={way.tls} TLS may be missing",
            "Add sslmode=verify-full, with sslrootcert, or at least sslmode=require.",
        )
    return ok("encryption", f"{name} asks for TLS (sslmode={way.tls})")


def version(seen: ServerSeen) -> Finding:
    """Whether the server is one that is still looked after."""
    if seen.version < _OLDEST:
        return warning(
            "database",
            f"the database is PostgreSQL {seen.version}, which nobody mends any more",
            f"Move to PostgreSQL {_OLDEST} or newer; this service is tested with those.",
        )
    return ok("database", f"the database is PostgreSQL {seen.version}, and answers")


def role(seen: ServerSeen) -> Finding:
    """Whether the role may do more than serving takes."""
    if not (seen.superuser or seen.owner):
        return ok("role", "the role that serves can change no table")
    power = "is a superuser" if seen.superuser else "owns the tables"
    return warning(
        "role",
        f"the role that serves {power}: it may do far more than serving takes",
        "Serve as a role that may only read and write rows, and migrate as another: "
        "deploy/roles.sql makes both.",
    )


def pooler(settings: Settings, seen: ServerSeen) -> Finding:
    """Whether the settings know of a pooler if there is one."""
    if seen.pooled and settings.session_state:
        return error(
            "pooler",
            "DATABASE_URL leads through a pooler, of which the settings know nothing",
            "Set DATABASE_DIRECT_URL to the address past it, or DATABASE_POOLER=transaction.",
        )
    if seen.pooled:
        return ok("pooler", "there is a pooler, as configured")
    if not settings.session_state:
        return ok("pooler", "a pooler is configured, and sessions last: it may be left out")
    return ok("pooler", _RELAYED if seen.relayed else "there is none")


def connections(settings: Settings, seen: ServerSeen) -> Finding:
    """Whether the server has as many connections as the workers may take."""
    if seen.pooled:
        return ok("connections", "the pooler shares the server's connections among the workers")
    listening = 1 if settings.notices == "postgresql" else 0
    wanted = settings.workers * (settings.database_pool_size + listening)
    most = seen.most_connections
    text = f"WORKERS take up to {wanted} connections, and the server has {most} for this role"
    advice = "Lower WORKERS or DATABASE_POOL_SIZE, raise max_connections, or use a pooler."
    if wanted > most:
        return error("connections", text, advice)
    if 2 * wanted > most:
        return warning(
            "connections", f"{text}: too few for a second instance, or while one follows", advice
        )
    return ok("connections", text)
