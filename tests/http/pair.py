"""Two servers on one database, which share nothing else."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.http.api import Api
from tests.http.server import Server
from tests.pgbouncer import PgBouncer

ROUTES = ("sqlite", "postgresql", "transaction", "pgbouncer")
"""Ways to a database: `transaction` only says that there is a pooler, `pgbouncer` is one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two instances, and the URL of the database that they share."""

    here: Api
    there: Api
    url: str


def settings_for(route: str, url: str, stack: ExitStack) -> dict[str, str]:
    if route == "transaction":
        return {"DATABASE_URL": url, "DATABASE_POOLER": "transaction"}
    if route == "pgbouncer":
        return {
            "DATABASE_URL": stack.enter_context(PgBouncer(url)).url,
            "DATABASE_DIRECT_URL": url,
        }
    return {"DATABASE_URL": url}


@contextmanager
def two_servers(
    route: str, url: str, new_folder: Callable[[str], Path]
) -> Iterator[tuple[Server, Server]]:
    """Two instances that reach the database at `url` by this route."""
    with ExitStack() as stack:
        settings = settings_for(route, url, stack)
        one, other = (stack.enter_context(Server(new_folder(route), **settings)) for _ in range(2))
        yield one, other
