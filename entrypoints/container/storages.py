"""Which storage, and with it every port that it serves."""

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
from adapters.sqlite.database import SqliteDatabase
from adapters.sqlite.tasks import SqliteTasks
from adapters.system.clock import SystemClock
from adapters.system.ids import RandomIds
from application.live import Feed
from entrypoints.settings import Settings
from migrations import HEAD


class Storages(containers.DeclarativeContainer):
    """Storage, clock and ids, as the scheme of DATABASE_URL chooses."""

    settings = providers.Dependency(instance_of=Settings)
    scheme = settings.provided.database_url.scheme
    target = settings.provided.database_url.target

    now = providers.Singleton(SystemClock)
    new_id = providers.Singleton(RandomIds)

    memory = providers.Singleton(MemoryDatabase)
    sqlite = providers.Singleton(SqliteDatabase, path=target, revision=HEAD)
    postgres = providers.Singleton(
        PostgresDatabase,
        url=target,
        revision=HEAD,
        pool_size=settings.provided.database_pool_size,
        session_state=settings.provided.session_state,
    )

    storage = providers.Selector(scheme, memory=memory, sqlite=sqlite, postgresql=postgres)
    journal = providers.Selector(
        scheme,
        memory=providers.Singleton(MemoryJournal, memory),
        sqlite=providers.Singleton(SqlJournal, sqlite),
        postgresql=providers.Singleton(SqlJournal, postgres),
    )

    notices = providers.Selector(
        settings.provided.notices,
        none=providers.Object(None),
        postgresql=providers.Singleton(
            PostgresNotices, url=settings.provided.direct_target, database=postgres
        ),
    )
    feed = providers.Singleton(Feed, journal=journal, notices=notices)
    tasks = providers.Selector(
        scheme,
        memory=providers.Singleton(MemoryTasks, memory, written=feed.provided.changed),
        sqlite=providers.Singleton(SqliteTasks, sqlite, written=feed.provided.changed),
        postgresql=providers.Singleton(PostgresTasks, postgres, written=feed.provided.changed),
    )
    trash = providers.Selector(
        scheme,
        memory=providers.Singleton(MemoryTrash, memory),
        sqlite=providers.Singleton(SqlTrash, sqlite),
        postgresql=providers.Singleton(SqlTrash, postgres),
    )

    receipts = providers.Selector(
        scheme,
        memory=providers.Singleton(MemoryReceipts, memory),
        sqlite=providers.Singleton(SqlReceipts, sqlite),
        postgresql=providers.Singleton(SqlReceipts, postgres),
    )

    accounts = providers.Selector(
        scheme,
        memory=providers.Singleton(MemoryAccounts, memory),
        sqlite=providers.Singleton(SqlAccounts, sqlite),
        postgresql=providers.Singleton(SqlAccounts, postgres),
    )
    sessions = providers.Selector(
        scheme,
        memory=providers.Singleton(MemorySessions, memory),
        sqlite=providers.Singleton(SqlSessions, sqlite),
        postgresql=providers.Singleton(SqlSessions, postgres),
    )
    tallies = providers.Selector(
        scheme,
        memory=providers.Singleton(MemoryTallies, memory),
        sqlite=providers.Singleton(SqlTallies, sqlite),
        postgresql=providers.Singleton(SqlTallies, postgres),
    )
    owners = providers.Selector(
        scheme,
        memory=providers.Singleton(MemoryOwners, memory),
        sqlite=providers.Singleton(SqlOwners, sqlite),
        postgresql=providers.Singleton(SqlOwners, postgres),
    )
