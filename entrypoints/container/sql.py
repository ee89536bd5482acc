"""What the two SQL storages have in common."""

from functools import cached_property

from adapters.sql.accounts import SqlAccounts
from adapters.sql.database import Database
from adapters.sql.journal import SqlJournal
from adapters.sql.owners import SqlOwners
from adapters.sql.receipts import SqlReceipts
from adapters.sql.sessions import SqlSessions
from adapters.sql.tallies import SqlTallies
from adapters.sql.trash import SqlTrash
from application.live import Feed
from application.metering import Meter
from application.ports import Notices


class SqlPorts:
    """The ports that `storage` serves, each made when it is first asked for."""

    def __init__(self, storage: Database, notices: Notices | None, meter: Meter) -> None:
        self.storage = storage
        self._notices = notices
        self._meter = meter

    @cached_property
    def journal(self) -> SqlJournal:
        return SqlJournal(self.storage)

    @cached_property
    def feed(self) -> Feed:
        return Feed(self.journal, self._notices, self._meter)

    @cached_property
    def trash(self) -> SqlTrash:
        return SqlTrash(self.storage)

    @cached_property
    def receipts(self) -> SqlReceipts:
        return SqlReceipts(self.storage)

    @cached_property
    def accounts(self) -> SqlAccounts:
        return SqlAccounts(self.storage)

    @cached_property
    def sessions(self) -> SqlSessions:
        return SqlSessions(self.storage)

    @cached_property
    def tallies(self) -> SqlTallies:
        return SqlTallies(self.storage)

    @cached_property
    def owners(self) -> SqlOwners:
        return SqlOwners(self.storage)
