"""What a storage that is away has to say, whatever it is asked."""

import pytest

from application.errors import Unavailable
from tests.builders import a_task, edit, newest_first
from tests.storages import Opened


async def unavailable(storage: Opened) -> None:
    """Every method says that the storage is unavailable."""
    task = a_task()
    for attempt in (
        storage.storage.check(),
        storage.tasks.get(task.owner, task.id),
        storage.tasks.page(task.owner, newest_first(1)),
        storage.tasks.add(task, by=task.owner),
        storage.tasks.update(task.owner, task.id, edit(title="x"), by=task.owner),
        storage.journal.position(task.owner),
        storage.journal.entries(task.owner, after=0, limit=1),
    ):
        with pytest.raises(Unavailable):
            await attempt
