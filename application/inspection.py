"""What a look at something that a deployment depends on tells, and the ports that look.

None of them changes anything, and each gives up within a few seconds. They raise `Unavailable`
where there is nothing to be seen; its text, like all that they return, shows neither addresses nor
users nor secrets.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ServerSeen:
    """A database server, as the role that connects sees it.

    `relayed`: a pooler or proxy stands before it. `pooled`: that hands each transaction to another
    session, so that nothing lasts longer. `most_connections` is how many this role may have at
    once. `clock_ahead` is how far its clock is before ours.
    """

    version: int
    superuser: bool
    owner: bool
    relayed: bool
    pooled: bool
    most_connections: int
    clock_ahead: timedelta


@dataclass(frozen=True, slots=True)
class Way:
    """The way to a database server: within this machine or not, and what is asked of TLS."""

    local: bool
    tls: str


class ServerInspection(Protocol):
    """Looks at a database server."""

    @property
    @abstractmethod
    def way(self) -> Way:
        """How it is reached, which takes no connection to know."""

    @abstractmethod
    def look(self) -> ServerSeen:
        """What it is like. Raises `Unavailable`."""


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A database's file, which need not exist, and where it lies.

    `open_to_others`: people other than its owner can read or write it. `free` is in bytes.
    `remote` names the file system if it is one of another machine.
    """

    exists: bool
    writable: bool
    folder_writable: bool
    open_to_others: bool
    free: int
    remote: str | None


class FileInspection(Protocol):
    """Looks at a database's file."""

    @abstractmethod
    def __call__(self, path: Path) -> FileSeen:
        """What it is like. Raises `Unavailable`."""


@dataclass(frozen=True, slots=True)
class KeySetSeen:
    """A key set that was fetched: what each usable key is for, and how far its server's clock is
    before ours, if that server tells the time."""

    keys: Sequence[frozenset[str]]
    clock_ahead: timedelta | None


class KeySetInspection(Protocol):
    """Looks at the key set that an issuer publishes."""

    @abstractmethod
    def __call__(self, url: str) -> KeySetSeen:
        """What it holds now. Raises `Unavailable`."""


class CountersInspection(Protocol):
    """Looks at what several processes count requests in."""

    @abstractmethod
    def __call__(self, url: str) -> None:
        """Return if it answers. Raises `Unavailable`."""
