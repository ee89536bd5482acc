"""Wakes whoever waits for an owner's next change, whichever process makes it."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2s

from application.errors import Crowded, StorageError
from application.metering import UNMETERED, WRITES, Meter
from application.ports import Journal, Lasting, Notices
from domain.owner import Owner

_MOST_OF_ONE_OWNER = 50
_MOST = 5_000  # in all; others want to connect as well
_ASKED_AT_ONCE = 500
_POLL = 0.5  # seconds between two looks, where nobody tells us
_SAFETY = 10.0  # the same where somebody does, in case that a word was lost


@dataclass(slots=True)
class _Followed:
    """An owner whom somebody follows: their position when last seen, and who is to be woken."""

    owner: Owner
    position: int | None = None
    waiting: list[asyncio.Event] = field(default_factory=list)

    def wake(self) -> None:
        for event in self.waiting:
            event.set()


class Feed(Lasting):
    """One for a process, however many follow.

    A change made by this process wakes at once; those of others when `notices` tell of them, or
    within half a second where there are none: one question then asks for all owners followed.
    """

    def __init__(self, journal: Journal, notices: Notices | None, meter: Meter = UNMETERED) -> None:
        self._meter = meter
        self._journal = journal
        self._notices = notices
        self._followed: dict[str, _Followed] = {}
        self.followers = 0
        self._polling: asyncio.Task[None] | None = None

    async def open(self) -> None:
        if self._notices is not None:
            await self._notices.open(self._heard)
        self._polling = asyncio.create_task(self._poll())

    async def close(self) -> None:
        if self._notices is not None:
            await self._notices.close()
        if self._polling is not None:
            self._polling.cancel()
            with suppress(asyncio.CancelledError):
                await self._polling
        self._polling = None

    @contextmanager
    def following(self, owner: Owner) -> Iterator[asyncio.Event]:
        """An event that is set whenever the owner's journal may have grown.

        Raises `Crowded` if too many follow that owner, or anybody.
        """
        self.check_room(owner)
        digest = _digest(owner)
        followed = self._followed.setdefault(digest, _Followed(owner))
        event = asyncio.Event()
        followed.waiting.append(event)
        self.followers += 1
        try:
            yield event
        finally:
            self.followers -= 1
            followed.waiting.remove(event)
            if not followed.waiting:
                del self._followed[digest]

    def check_room(self, owner: Owner) -> None:
        """Raise `Crowded` if too many follow that owner, or anybody."""
        if self.followers >= _MOST:
            raise Crowded("too many follow")
        followed = self._followed.get(_digest(owner))
        if followed is not None and len(followed.waiting) >= _MOST_OF_ONE_OWNER:
            raise Crowded("too many follow the same user")

    def wake(self) -> None:
        """Wake everybody, whoever they follow."""
        for followed in self._followed.values():
            followed.wake()

    def changed(self, owner: Owner) -> None:
        """This process has written to the owner's journal."""
        self._meter.count(WRITES)
        if self._polling is None:
            return  # not open: nobody follows, and nobody is told
        digest = _digest(owner)
        self._heard(digest)
        if self._notices is not None:
            self._notices.announce(digest)

    def _heard(self, digest: str | None) -> None:
        if digest is None:
            self.wake()
        elif digest in self._followed:
            self._followed[digest].wake()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL if self._notices is None else _SAFETY)
            followed = [*self._followed.values()]
            for first in range(0, len(followed), _ASKED_AT_ONCE):
                with suppress(StorageError):  # who follows will find out by themselves
                    await self._look(followed[first : first + _ASKED_AT_ONCE])

    async def _look(self, followed: Sequence[_Followed]) -> None:
        positions = await self._journal.positions([each.owner for each in followed])
        for each in followed:
            position = positions.get(each.owner, 0)
            if position != each.position:
                each.position = position
                each.wake()


def _digest(owner: Owner) -> str:
    return blake2s(owner.key.encode(), digest_size=12).hexdigest()
