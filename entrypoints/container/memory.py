"""Storage in the memory of one process."""

from collections.abc import Sequence

from adapters.memory.accounts import MemoryAccounts
from adapters.memory.database import MemoryDatabase
from adapters.memory.journal import MemoryJournal
from adapters.memory.owners import MemoryOwners
from adapters.memory.receipts import MemoryReceipts
from adapters.memory.sessions import MemorySessions
from adapters.memory.tallies import MemoryTallies
from adapters.memory.tasks import MemoryTasks
from adapters.memory.trash import MemoryTrash
from adapters.system.vitals import Reading
from application.live import Feed
from application.metering import Meter


class MemoryPorts:
    """The ports that dictionaries serve."""

    backups = None
    readings: Sequence[Reading] = ()

    def __init__(self, meter: Meter) -> None:
        self.storage = MemoryDatabase()
        self.journal = MemoryJournal(self.storage)
        self.feed = Feed(self.journal, None, meter)
        self.trash = MemoryTrash(self.storage)
        self.receipts = MemoryReceipts(self.storage)
        self.accounts = MemoryAccounts(self.storage)
        self.sessions = MemorySessions(self.storage)
        self.tallies = MemoryTallies(self.storage)
        self.owners = MemoryOwners(self.storage)
        self.tasks = MemoryTasks(self.storage, written=self.feed.changed)
