"""The composition root: the one place that chooses technologies and knows adapters.

`Container(settings=…).create_task()` is a use case, ready for use.
"""

from dependency_injector import providers

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
from entrypoints.container.accounts import Identity
from entrypoints.container.storages import Storages

_tasks, _receipts, _now = Storages.tasks, Storages.receipts, Storages.now


class Container(Identity):
    """Builds everything from `settings`: the use cases of tasks here, the rest below."""

    create_task = providers.Singleton(
        CreateTask,
        tasks=_tasks,
        receipts=_receipts,
        now=_now,
        new_id=Storages.new_id,
        most=Storages.settings.provided.most_tasks,
    )
    read_task = providers.Singleton(ReadTask, tasks=_tasks)
    list_tasks = providers.Singleton(ListTasks, tasks=_tasks)
    edit_task = providers.Singleton(EditTask, tasks=_tasks, receipts=_receipts, now=_now)
    complete_task = providers.Singleton(CompleteTask, tasks=_tasks, receipts=_receipts, now=_now)
    delete_task = providers.Singleton(DeleteTask, tasks=_tasks, now=_now)
    forget_receipts = providers.Singleton(ForgetReceipts, receipts=_receipts, now=_now)
    read_position = providers.Singleton(ReadPosition, journal=Storages.journal)
