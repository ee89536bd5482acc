"""Slows down who tries too often, and nobody else."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256

from application.identity import Tallies
from application.ports import Clock
from application.sweeping import sweep_all
from domain.tally import Patience, Tally

AT_AN_ACCOUNT = Patience(
    free=5,
    first_wait=timedelta(seconds=30),
    longest_wait=timedelta(hours=1),
    forgets=timedelta(days=1),
)
"""At most ten wrong passwords in 15 minutes, and some thirty a day."""

BY_AN_ADDRESS = Patience(
    free=50,
    first_wait=timedelta(seconds=10),
    longest_wait=timedelta(minutes=15),
    forgets=timedelta(hours=1),
)
"""More, since a whole office may have one address."""


@dataclass(frozen=True, slots=True)
class Throttle:
    """Counts tries of one `kind`. Without `patience` it lets everything pass.

    A try that is admitted counts before it is made, so that many at once are no way round.
    """

    kind: str
    tallies: Tallies
    now: Clock
    patience: Patience | None

    async def admit(self, whom: str | None) -> None:
        """Count a try. Raises `TooManyTries`, and then it does not count."""
        patience, at = self.patience, self.now()
        if patience is None or whom is None:
            return
        key = self._key(whom)

        def change(tally: Tally | None) -> Tally:
            return tally.another(patience, at=at) if tally else Tally.first(key, at=at)

        await self.tallies.update(key, change)

    async def check(self, whom: str | None) -> None:
        """Count nothing. Raises `TooManyTries` where a try would not be admitted."""
        patience, at = self.patience, self.now()
        if patience is None or whom is None:
            return

        def change(tally: Tally | None) -> Tally:
            if tally is not None:
                tally.another(patience, at=at)
            raise _NothingToChange

        with suppress(_NothingToChange):
            await self.tallies.update(self._key(whom), change)

    async def take_back(self, whom: str | None) -> None:
        """Uncount one try."""
        if self.patience is None or whom is None:
            return

        def change(tally: Tally | None) -> Tally:
            if tally is None:
                raise _NothingToChange
            return tally.one_less()

        with suppress(_NothingToChange):
            await self.tallies.update(self._key(whom), change)

    async def forget(self, whom: str) -> None:
        """Begin anew."""
        if self.patience is not None:
            await self.tallies.forget(self._key(whom))

    def _key(self, whom: str) -> str:
        return sha256(f"{self.kind}\n{whom}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ForgetTallies:
    """Forget the tallies that count no longer, bit by bit; returns how many."""

    tallies: Tallies
    now: Clock

    async def __call__(self) -> int:
        before = self.now() - max(AT_AN_ACCOUNT.forgets, BY_AN_ADDRESS.forgets)
        return await sweep_all(partial(self.tallies.sweep, before=before))


class _NothingToChange(Exception):
    """All is well as it is."""
