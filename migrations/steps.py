"""The steps from one revision of the schema to another, as Alembic finds and takes them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection


def up(connection: Connection, revision: str) -> None:
    """Bring the schema up to `revision`, which may be `head`."""
    command.upgrade(config(connection=connection), revision)


def down(connection: Connection, revision: str) -> None:
    """Take the schema back to `revision`, which may be `base`."""
    command.downgrade(config(connection=connection), revision)


def scripts() -> list[Script]:
    """Every revision there is, oldest first."""
    return [*ScriptDirectory.from_config(config()).walk_revisions()][::-1]


def known() -> set[str]:
    """What the revisions are called."""
    return {script.revision for script in scripts()}


def config(**attributes: object) -> Config:
    """What Alembic is to be told, with attributes for `env.py`."""
    made = Config(attributes=attributes)
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return made
