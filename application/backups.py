"""Backups: all that storage holds at one moment, as one file, and back again.

A journal that goes back in time must not look like one that went on: whoever follows it would miss
what changed. So after a restore every owner's position goes on from the moment of the restore,
counted in microseconds since 1970, and the horizon is there as well: a number that no owner ever
reaches by writing, that differs at each restore, and that no token handed out before has.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Protocol, TypeAlias

from application.ports import Clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Tell: TypeAlias = Callable[[str], None]
"""Hears how far it has come, in a few words."""


class BackupError(Exception):
    """A backup cannot be taken, read or restored; the message says why, without any secret."""


@dataclass(slots=True)
class Sum:
    """How many rows, and a checksum that is the same in whatever order they come.

    The checksum is the sum of the rows' SHA-256, modulo 2^256.
    """

    rows: int = 0
    checksum: int = 0

    def add(self, row: bytes) -> None:
        """Count a row, in the one form of text that its storage gives it."""
        self.rows += 1
        digest = int.from_bytes(sha256(row).digest())
        self.checksum = (self.checksum + digest) % 2**256


@dataclass(frozen=True, slots=True)
class Content:
    """What a database or a backup holds: the schema's revision, and of every table its sum.

    `sealed` says that a file is, bit by bit, what was written.
    """

    revision: str
    tables: Mapping[str, Sum]
    sealed: bool = False

    @property
    def checksum(self) -> str:
        """One for all of it, in 64 hexadecimal digits."""
        lines = (f"{name} {s.rows} {s.checksum:064x}\n" for name, s in sorted(self.tables.items()))
        return sha256("".join(lines).encode()).hexdigest()

    def must_equal(self, other: "Content") -> None:
        """Raise `BackupError`, which names the tables, unless both are the same."""
        names = {*self.tables, *other.tables}
        differ = sorted(n for n in names if self.tables.get(n) != other.tables.get(n))
        if differ:
            raise BackupError(f"what was written is not what was read: {', '.join(differ)}")


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a backup is restored.

    `replace`: in place of what the database holds. `force`: though the service is connected.
    `position`: where every owner's journal goes on.
    """

    at: datetime
    position: int
    replace: bool = False
    force: bool = False
    keep_sessions: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did beside restoring: how many sessions it ended, and what it left behind.

    `aside` is where the replaced file is now; `left` are tables that neither the backup nor this
    version knows, and that are as they were.
    """

    sessions_ended: int
    aside: Path | None = None
    left: Sequence[str] = ()


class Backups(Protocol):
    """Backups of one storage. Every method raises `BackupError`."""

    @abstractmethod
    def take(self, file: Path, tell: Tell, *, replace: bool) -> Content:
        """Write all there is at one moment, while others write, and return what the file holds.

        `file` appears, or is replaced, in one step: when it has been read back and found right.
        """

    @abstractmethod
    def read(self, file: Path) -> Content:
        """What a whole and undamaged file holds."""

    @abstractmethod
    def holds_tables(self) -> bool:
        """Whether there is something in the database that a restore would replace."""

    @abstractmethod
    def restore(self, file: Path, content: Content, terms: Terms, tell: Tell) -> Restored:
        """Make the database hold what the file does, or leave it as it is.

        In one step with that, sessions end and journals go on as the terms say; also those of
        owners whom only the replaced database knew.
        """


@dataclass(frozen=True, slots=True)
class CheckBackup:
    """Tell what a file holds. Raises `BackupError` unless it can be restored.

    `revisions` are those of the schema that can be, oldest first. `expected` is the checksum that
    the file must have.
    """

    backups: Backups
    revisions: Sequence[str]

    def __call__(self, file: Path, expected: str | None = None) -> Content:
        content = self.backups.read(file)
        if content.revision not in self.revisions:
            raise BackupError(
                f"the file's schema is at revision {content.revision}, and this version restores "
                f"{self.revisions[0]} to {self.revisions[-1]}"
            )
        if expected is not None and expected != content.checksum:
            raise BackupError(f"the file's checksum is {content.checksum}, not the one expected")
        return content


@dataclass(frozen=True, slots=True)
class RestoreBackup:
    """Make the database hold what a checked file does. Raises `BackupError`."""

    backups: Backups
    now: Clock

    def __call__(
        self,
        file: Path,
        content: Content,
        tell: Tell,
        *,
        replace: bool = False,
        force: bool = False,
        keep_sessions: bool = False,
    ) -> Restored:
        if not replace and self.backups.holds_tables():
            raise BackupError("the database holds tables: --replace puts the backup in their place")
        at = self.now()
        position = (at - _EPOCH) // timedelta(microseconds=1)
        terms = Terms(at, position, replace, force, keep_sessions)
        return self.backups.restore(file, content, terms, tell)
