"""Which storage, and with it every port that it serves."""

from typing import Any

from dependency_injector import containers, providers

from adapters.memory.accounts import MemoryAccounts
from adapters.memory.database import MemoryDatabase
from adapters.memory.journal import MemoryJournal
from adapters.memory.owners import MemoryOwners
from adapters.memory.receipts import MemoryReceipts
from adapters.memory.sessions import MemorySessions
from adapters.memory.tallies import MemoryTallies
from adapters.memory.tasks import MemoryTasks
from adapters.memory.trash import MemoryTrash
from adapters.metrics.prometheus import PrometheusMeter
from adapters.postgres.backups import PostgresBackups
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.notices import PostgresNotices
from adapters.postgres.tasks import PostgresTasks
from adapters.sql.accounts import SqlAccounts
from adapters.sql.journal import SqlJournal
from adapters.sql.owners import SqlOwners
from adapters.sql.receipts import SqlReceipts
from adapters.sql.sessions import SqlSessions
from adapters.sql.tallies import SqlTallies
from adapters.sql.trash import SqlTrash
from adapters.sqlite.backups import SqliteBackups
from adapters.sqlite.database import SqliteDatabase
from adapters.sqlite.tasks import SqliteTasks
from adapters.system.clock import SystemClock
from adapters.system.ids import RandomIds
from application.live import Feed
from entrypoints.settings import Settings
from migrations import HEAD


def _either(
    scheme: providers.Provider[Any],
    databases: tuple[providers.Provider[Any], ...],
    in_memory: type,
    on_sql: type,
) -> providers.Selector[Any]:
    """A port that the two SQL storages have in common."""
    memory, sqlite, postgres = databases
    return providers.Selector(
        scheme,
        memory=providers.Singleton(in_memory, memory),
        sqlite=providers.Singleton(on_sql, sqlite),
        postgresql=providers.Singleton(on_sql, postgres),
    )


class Storages(containers.DeclarativeContainer):
    """Storage, clock and ids, as the scheme of DATABASE_URL chooses."""

    settings = providers.Dependency(instance_of=Settings)
    scheme = settings.provided.database_url.scheme
    target = settings.provided.database_url.target

    now = providers.Singleton(SystemClock)
    new_id = providers.Singleton(RandomIds)
    meter = providers.Singleton(PrometheusMeter)

    memory = providers.Singleton(MemoryDatabase)
    sqlite = providers.Singleton(SqliteDatabase, path=target, revision=HEAD)
    postgres = providers.Singleton(
        PostgresDatabase,
        url=target,
        revision=HEAD,
        pool_size=settings.provided.database_pool_size,
        session_state=settings.provided.session_state,
        meter=meter,
    )

    databases = (memory, sqlite, postgres)

    storage = providers.Selector(scheme, memory=memory, sqlite=sqlite, postgresql=postgres)
    journal = _either(scheme, databases, MemoryJournal, SqlJournal)
    notices = providers.Selector(
        settings.provided.notices,
        none=providers.Object(None),
        postgresql=providers.Singleton(
            PostgresNotices, url=settings.provided.direct_target, database=postgres
        ),
    )
    feed = providers.Singleton(Feed, journal=journal, notices=notices, meter=meter)
    tasks = providers.Selector(
        scheme,
        memory=providers.Singleton(MemoryTasks, memory, written=feed.provided.changed),
        sqlite=providers.Singleton(SqliteTasks, sqlite, written=feed.provided.changed),
        postgresql=providers.Singleton(PostgresTasks, postgres, written=feed.provided.changed),
    )
    trash = _either(scheme, databases, MemoryTrash, SqlTrash)
    receipts = _either(scheme, databases, MemoryReceipts, SqlReceipts)
    accounts = _either(scheme, databases, MemoryAccounts, SqlAccounts)
    sessions = _either(scheme, databases, MemorySessions, SqlSessions)
    tallies = _either(scheme, databases, MemoryTallies, SqlTallies)
    owners = _either(scheme, databases, MemoryOwners, SqlOwners)
    backups = providers.Selector(
        scheme,
        memory=providers.Object(None),
        sqlite=providers.Singleton(SqliteBackups, path=target),
        postgresql=providers.Singleton(
            PostgresBackups, url=settings.provided.direct_target, served=target
        ),
    )
