"""A database with the three roles is restored by its owner, and by nobody else."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg import errors

from application.backups import BackupError
from tests.backups.conftest import programs_on_path
from tests.backups.places import fill, restore, rows, take
from tests.migrations.databases import leave_rows
from tests.roles.made import Roles, psql, roles
from tests.roles.test_may_not import VERSION, WRITES, execute
from tests.running_server import RunningServer
from tests.storages import migrate

__all__ = ("programs_on_path",)

REFUSED = errors.InsufficientPrivilege


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.backup"


@pytest.fixture
def served(postgres_server: RunningServer, file: Path) -> Iterator[Roles]:
    """A database with something in it, of which there is a backup in `file`."""
    if psql() is None:
        pytest.skip("there is no psql, which the script is written for")
    with roles(postgres_server) as made:
        made.run_script()
        migrate(made.owner)
        fill(made.app)
        take(made.backup, file)
        yield made


@pytest.mark.parametrize("address", [lambda made: made.admin, lambda made: made.app])
def test_who_does_not_own_the_tables_is_refused_before_anything_changes(
    served: Roles, file: Path, address: Callable[[Roles], str]
) -> None:
    before = take(served.backup, file.with_name("before"))

    with pytest.raises(BackupError, match=f"belong to the role {served.names[0]}, not to .*: rest"):
        restore(address(served), file, replace=True)

    assert take(served.backup, file.with_name("after")) == before


def test_a_new_database_takes_it_once_the_script_has_run(
    served: Roles, postgres_server: RunningServer, file: Path
) -> None:
    with roles(postgres_server) as new:
        new.run_script()
        restore(new.owner, file, replace=True)
        new.run_script()

        assert rows(new.app, "SELECT count(*) FROM tasks") == [(1,)]
        with pytest.raises(REFUSED):
            execute(new.app, VERSION[1])


async def test_after_the_owner_and_the_script_each_may_what_it_might(
    served: Roles, file: Path
) -> None:
    restore(served.owner, file, replace=True)
    served.run_script()

    await leave_rows(served.app)
    assert rows(served.backup, "SELECT count(*) FROM tasks") != [(0,)]
    for url, statements in ((served.app, VERSION), (served.backup, (*VERSION, *WRITES))):
        for statement in statements:
            with pytest.raises(REFUSED):
                execute(url, statement)
