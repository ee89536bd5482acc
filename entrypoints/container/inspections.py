"""What looks at the things that a deployment depends on."""

from dependency_injector import containers, providers

from adapters.limits.inspection import RedisInspection
from adapters.postgres.inspection import PostgresInspection
from adapters.sqlite.inspection import SqliteInspection
from adapters.tokens.inspection import FetchedInspection


class Inspections(containers.DeclarativeContainer):
    """Every inspection; `server` takes the address that it looks at."""

    server = providers.Factory(PostgresInspection)
    file = providers.Singleton(SqliteInspection)
    key_set = providers.Singleton(FetchedInspection)
    counters = providers.Singleton(RedisInspection)
