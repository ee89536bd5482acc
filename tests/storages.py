"""Every storage there is, opened the way the service opens it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from application.ports import Journal, Receipts, Storage, Tasks, Trash
from entrypoints.container import Container
from entrypoints.settings import Settings
from entrypoints.settings.database_url import DatabaseUrl
from migrations.runner import upgrade

DURABLE = ("sqlite", "postgresql")
STORAGES = ("memory", *DURABLE)


@dataclass(frozen=True, slots=True)
class Opened:
    """A storage that is open, and the ports that it serves."""

    container: Container
    storage: Storage
    tasks: Tasks
    journal: Journal
    trash: Trash
    receipts: Receipts


def container(url: str) -> Container:
    """The service's own container, for a DATABASE_URL."""
    return Container(settings=Settings.from_mapping({"DATABASE_URL": url}))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Opened]:
    """What the container makes of a DATABASE_URL, open for the length of the block."""
    made = container(url)
    storage: Storage = made.storage()
    await storage.open()
    try:
        yield Opened(made, storage, made.tasks(), made.journal(), made.trash(), made.receipts())
    finally:
        await storage.close()


def migrate(url: str) -> str:
    """Bring a database up to date, and return its URL."""
    upgrade(DatabaseUrl.parse(url).target)
    return url
