"""The composition root: the one place that chooses technologies and knows adapters.

`Container(settings=…).create_task()` is a use case, ready for use.
"""

from dependency_injector import providers

from application.backups import CheckBackup, RestoreBackup
from application.batch import RunBatch
from application.journal import FollowChanges, ReadHistory, RevertTask, TrimJournals
from application.once import ForgetReceipts
from application.tasks import (
    CompleteTask,
    CreateTask,
    EditTask,
    ListTasks,
    ReadPosition,
    ReadTask,
)
from application.transfer import ExportTasks, ImportTasks
from application.trash import DeleteTask, EmptyTrash, ListTrash, RestoreTask
from entrypoints.container.accounts import Identity
from entrypoints.container.storages import Storages
from entrypoints.container.vitals import vitals_of
from entrypoints.http.leaving import Leaving
from entrypoints.http.watch import Watch
from entrypoints.logs.access import RequestLog
from migrations import RESTORED

_settings = Storages.settings.provided
_tasks, _trash, _receipts = Storages.tasks, Storages.trash, Storages.receipts
_journal, _now = Storages.journal, Storages.now


class Container(Identity):
    """Builds everything from `settings`.

    Here are the use cases of tasks and of all data, and what watches over requests and the worker;
    accounts, limits and storages are in the classes below.
    """

    create_task = providers.Singleton(
        CreateTask,
        tasks=_tasks,
        receipts=_receipts,
        now=_now,
        new_id=Storages.new_id,
        most=_settings.most_tasks,
    )
    read_task = providers.Singleton(ReadTask, tasks=_tasks)
    list_tasks = providers.Singleton(ListTasks, tasks=_tasks)
    edit_task = providers.Singleton(EditTask, tasks=_tasks, receipts=_receipts, now=_now)
    complete_task = providers.Singleton(CompleteTask, tasks=_tasks, receipts=_receipts, now=_now)
    delete_task = providers.Singleton(
        DeleteTask, tasks=_tasks, trash=_trash, now=_now, keeps=_settings.keeps_trash
    )
    list_trash = providers.Singleton(ListTrash, trash=_trash)
    restore_task = providers.Singleton(
        RestoreTask, tasks=_tasks, receipts=_receipts, now=_now, most=_settings.most_tasks
    )
    run_batch = providers.Singleton(
        RunBatch,
        tasks=_tasks,
        trash=_trash,
        receipts=_receipts,
        now=_now,
        new_id=Storages.new_id,
        most=_settings.most_tasks,
        keeps=_settings.keeps_trash,
    )
    export_tasks = providers.Singleton(ExportTasks, tasks=_tasks)
    import_tasks = providers.Singleton(
        ImportTasks,
        tasks=_tasks,
        now=_now,
        new_id=Storages.new_id,
        most=_settings.most_tasks,
    )
    follow_changes = providers.Singleton(FollowChanges, tasks=_tasks, journal=_journal)
    read_history = providers.Singleton(ReadHistory, journal=_journal)
    revert_task = providers.Singleton(
        RevertTask, tasks=_tasks, journal=_journal, receipts=_receipts, now=_now
    )
    forget_receipts = providers.Singleton(ForgetReceipts, receipts=_receipts, now=_now)
    read_position = providers.Singleton(ReadPosition, journal=_journal)
    empty_trash = providers.Singleton(
        EmptyTrash, trash=_trash, now=_now, keeps=_settings.trash_lasts
    )
    trim_journals = providers.Singleton(
        TrimJournals, journal=_journal, now=_now, keeps=_settings.journal_lasts
    )
    request_log: providers.Provider[RequestLog | None] = providers.Object(None)
    leaving = providers.Singleton(Leaving)
    watch = providers.Singleton(
        Watch,
        meter=Storages.meter,
        log=request_log,
        alias=Identity.audit.provided.alias,
        proxies=_settings.trusted_proxies,
    )
    vitals = providers.Singleton(
        vitals_of, Storages.settings, Storages.meter, Storages.readings, Storages.feed, watch
    )
    check_backup = providers.Singleton(CheckBackup, backups=Storages.backups, revisions=RESTORED)
    restore_backup = providers.Singleton(RestoreBackup, backups=Storages.backups, now=_now)
