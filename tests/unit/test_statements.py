"""What is asked of SQL names the owner, and is the same whoever has the task."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.tasks import PostgresTasks
from adapters.sql.database import Statement
from adapters.sql.tasks import SqlTasks
from adapters.sqlite.database import SqliteDatabase
from adapters.sqlite.tasks import SqliteTasks
from domain.errors import TaskNotFound
from tests.builders import an_id, an_owner


class Recorder:
    """A database without a row, which remembers what it was asked."""

    def __init__(self, dialect: object) -> None:
        self.dialect = dialect
        self.asked: list[tuple[str, frozenset[str]]] = []

    async def fetch(self, statement: Statement, params: Mapping[str, object]) -> list[Any]:
        self.asked.append((statement.text, frozenset(params)))
        return []


@pytest.mark.parametrize(
    ("tasks", "database"), [(SqliteTasks, SqliteDatabase), (PostgresTasks, PostgresDatabase)]
)
async def test_I03_a_task_of_others_and_none_are_one_question(
    tasks: type[SqlTasks], database: type[SqliteDatabase]
) -> None:
    recorder = Recorder(database.dialect)
    port = tasks(cast("Any", recorder))
    foreign, absent = an_id(), an_id()

    for id in (foreign, absent):
        with pytest.raises(TaskNotFound):
            await port.get(an_owner(), id)

    (one, other) = recorder.asked
    assert one == other
    assert "tasks.owner_id = " in one[0]
    assert "tasks.id = " in one[0]
    assert one[1] == {"owner", "id"}
