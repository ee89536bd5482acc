"""The composition root: the one place that chooses technologies and knows adapters."""

from dependency_injector import containers, providers

from adapters.memory.database import MemoryDatabase
from adapters.memory.journal import MemoryJournal
from adapters.memory.receipts import MemoryReceipts
from adapters.memory.tasks import MemoryTasks
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.tasks import PostgresTasks
from adapters.sql.journal import SqlJournal
from adapters.sql.receipts import SqlReceipts
from adapters.sqlite.database import SqliteDatabase
from adapters.sqlite.tasks import SqliteTasks
from adapters.system.clock import SystemClock
from adapters.system.ids import RandomIds
from adapters.tokens.claims import Expected
from adapters.tokens.shared_secret import SharedSecretTokens
from application.once import ForgetReceipts
from application.tasks import (
    CompleteTask,
    CreateTask,
    DeleteTask,
    EditTask,
    ListTasks,
    ReadPosition,
    ReadTask,
)
from entrypoints.settings import Settings
from migrations import HEAD


class Container(containers.DeclarativeContainer):
    """Builds everything from `settings`: `Container(settings=…).create_task()` is a use case."""

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
    tasks = providers.Selector(
        scheme,
        memory=providers.Singleton(MemoryTasks, memory),
        sqlite=providers.Singleton(SqliteTasks, sqlite),
        postgresql=providers.Singleton(PostgresTasks, postgres),
    )
    journal = providers.Selector(
        scheme,
        memory=providers.Singleton(MemoryJournal, memory),
        sqlite=providers.Singleton(SqlJournal, sqlite),
        postgresql=providers.Singleton(SqlJournal, postgres),
    )

    receipts = providers.Selector(
        scheme,
        memory=providers.Singleton(MemoryReceipts, memory),
        sqlite=providers.Singleton(SqlReceipts, sqlite),
        postgresql=providers.Singleton(SqlReceipts, postgres),
    )

    expected = providers.Singleton(
        Expected, issuer=settings.provided.jwt_issuer, audience=settings.provided.jwt_audience
    )
    tokens = providers.Singleton(
        SharedSecretTokens,
        secret=settings.provided.jwt_secret.text,
        expected=expected,
        now=now,
    )

    create_task = providers.Singleton(
        CreateTask,
        tasks=tasks,
        receipts=receipts,
        now=now,
        new_id=new_id,
        most=settings.provided.most_tasks,
    )
    read_task = providers.Singleton(ReadTask, tasks=tasks)
    list_tasks = providers.Singleton(ListTasks, tasks=tasks)
    edit_task = providers.Singleton(EditTask, tasks=tasks, receipts=receipts, now=now)
    complete_task = providers.Singleton(CompleteTask, tasks=tasks, receipts=receipts, now=now)
    delete_task = providers.Singleton(DeleteTask, tasks=tasks, now=now)
    forget_receipts = providers.Singleton(ForgetReceipts, receipts=receipts, now=now)
    read_position = providers.Singleton(ReadPosition, journal=journal)
