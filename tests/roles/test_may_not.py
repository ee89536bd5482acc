"""What the roles may not do, whatever somebody finds to send through the service (O11)."""

import secrets
import subprocess

import psycopg
import pytest
from psycopg import errors

from migrations.runner import downgrade, upgrade
from tests.command_line import PATIENCE
from tests.migrations.databases import leave_rows
from tests.roles.made import Roles, psql, roles
from tests.running_server import RunningServer
from tests.storages import migrate, opened

REFUSED = errors.InsufficientPrivilege

SCHEMA = [
    "CREATE TABLE more (id integer)",
    "CREATE TEMPORARY TABLE more (id integer)",
    "CREATE SCHEMA more",
    "CREATE FUNCTION more() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION apply_changes(text, jsonb, integer, integer, jsonb)"
    " RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
    "CREATE INDEX more ON tasks (title)",
    "ALTER TABLE tasks ADD COLUMN more integer",
    "ALTER TABLE tasks DISABLE TRIGGER ALL",
    "ALTER FUNCTION apply_changes SECURITY DEFINER",
    "DROP TABLE tasks",
    "DROP FUNCTION apply_changes",
    "DROP SCHEMA public CASCADE",
    "TRUNCATE journal",
]
ALONE = [  # in no transaction
    "CREATE DATABASE more",
    "ALTER SYSTEM SET log_statement = 'none'",
]
SERVER = [
    "CREATE ROLE more",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_hba_file_rules",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "COPY tasks TO '/tmp/tasks'",
    "COPY tasks FROM PROGRAM 'true'",
    "SET session_replication_role = replica",
    *ALONE,
]
VERSION = [
    "INSERT INTO alembic_version VALUES ('9999')",
    "UPDATE alembic_version SET version_num = '9999'",
    "DELETE FROM alembic_version",
    "TRUNCATE alembic_version",
]
BECOME = ["SET ROLE {}", "SET SESSION AUTHORIZATION {}", "GRANT {} TO CURRENT_USER"]
WRITES = [
    "INSERT INTO owners (owner_id, position, present) VALUES ('x', 0, 0)",
    "UPDATE tasks SET title = 'x'",
    "DELETE FROM journal",
    "SELECT apply_changes('x', '[]', 0, 0, NULL)",
]


def execute(url: str, statement: str) -> object:
    """The first value of the first row, if there are any; nothing is kept that can be undone."""
    with psycopg.connect(url, autocommit=statement in ALONE) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        connection.rollback()
        return row[0] if row else None


@pytest.mark.parametrize("statement", [*SCHEMA, *SERVER, *VERSION])
def test_O11_the_service_may_only_read_and_write_rows(made: Roles, statement: str) -> None:
    with pytest.raises(REFUSED):
        execute(made.app, statement)


@pytest.mark.parametrize("other", [0, 2])
def test_O11_the_service_cannot_become_another(made: Roles, other: int) -> None:
    names = [made.names[other], str(psycopg.conninfo.conninfo_to_dict(made.admin)["user"])]
    for name in names:
        for statement in (
            "SET ROLE {}",
            "SET SESSION AUTHORIZATION {}",
            "GRANT {} TO CURRENT_USER",
        ):
            with pytest.raises(REFUSED):
                execute(made.app, statement.format(name))


@pytest.mark.parametrize("statement", [*SCHEMA, *SERVER, *VERSION, *WRITES])
def test_O11_who_makes_backups_may_only_read(made: Roles, statement: str) -> None:
    with pytest.raises(REFUSED):
        execute(made.backup, statement)


@pytest.mark.parametrize("statement", SERVER)
def test_O11_who_migrates_is_no_administrator(made: Roles, statement: str) -> None:
    with pytest.raises(REFUSED):
        execute(made.owner, statement)


def test_O11_nobody_else_may_even_connect(made: Roles) -> None:
    stranger, password = f"stranger_{secrets.token_hex(4)}", secrets.token_hex(8)
    with psycopg.connect(made.admin, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {stranger} LOGIN PASSWORD '{password}'".encode())
        try:
            owner, *_ = made.names
            url = made.owner.replace(owner, stranger)
            secret = str(psycopg.conninfo.conninfo_to_dict(made.owner)["password"])
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                execute(url.replace(secret, password), "SELECT 1")
        finally:
            connection.execute(f"DROP ROLE {stranger}".encode())


def test_O11_what_guards_the_service_holds_without_its_connection_saying_so(made: Roles) -> None:
    said = {
        name: execute(made.app, f"SHOW {name}")
        for name in ("search_path", "statement_timeout", "timezone")
    }

    assert said == {"search_path": "public, pg_temp", "statement_timeout": "5s", "timezone": "UTC"}


async def test_O11_running_the_script_again_changes_nothing_that_is_kept(made: Roles) -> None:
    await leave_rows(made.app)

    made.run_script()

    async with opened(made.app) as storage:
        await storage.storage.check()
    assert execute(made.backup, "SELECT count(*) FROM tasks") != 0
    with pytest.raises(REFUSED):
        execute(made.app, VERSION[1])


async def test_O11_a_database_that_an_administrator_migrated_changes_hands(
    postgres_server: RunningServer,
) -> None:
    if psql() is None:
        pytest.skip("there is no psql, which the script is written for")
    with roles(postgres_server) as later:
        migrate(later.admin)
        await leave_rows(later.admin)

        later.run_script()

        await leave_rows(later.app)
        with pytest.raises(REFUSED):
            execute(later.app, SCHEMA[0])
        downgrade(later.owner, "base")
        upgrade(later.owner)
        await leave_rows(later.app)  # into tables, and by a function, made after the script
        with pytest.raises(REFUSED):
            execute(later.backup, WRITES[-1])


def test_O11_the_backup_role_can_dump_all_there_is(made: Roles) -> None:
    program = psql()
    assert program
    dump = program.with_name("pg_dump")

    ended = subprocess.run(
        [dump, made.backup], capture_output=True, text=True, timeout=PATIENCE, check=False
    )

    assert ended.returncode == 0, ended.stderr
    assert "CREATE FUNCTION public.apply_changes" in ended.stdout
    assert "COPY public.alembic_version" in ended.stdout
