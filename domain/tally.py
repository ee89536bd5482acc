"""How often something may be tried, such as a password: the rule, and what is kept to keep it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from domain.errors import TooManyTries

_MOST_DOUBLINGS = 32  # keeps the arithmetic within what a timedelta holds


@dataclass(frozen=True, slots=True)
class Patience:
    """`free` tries at once; after each further one a wait, twice as long as the one before.

    Of what was tried, `free` tries are forgotten in `forgets`, and all of them once nothing was
    tried for as long as that.
    """

    free: int
    first_wait: timedelta
    longest_wait: timedelta
    forgets: timedelta

    def after(self, count: int) -> timedelta:
        """How long to wait after that many tries."""
        if count < self.free:
            return timedelta()
        doublings = min(count - self.free, _MOST_DOUBLINGS)
        return min(self.first_wait * (1 << doublings), self.longest_wait)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was tried under a key, the last time at `last_at`."""

    key: str
    count: int
    last_at: datetime
    version: int = 1

    @classmethod
    def first(cls, key: str, *, at: datetime) -> Self:
        """The first try."""
        return cls(key, 1, at)

    def another(self, patience: Patience, *, at: datetime) -> Self:
        """The tally with one more try. Raises `TooManyTries`, and then it does not count."""
        at = max(at, self.last_at)  # tries may arrive out of order, and clocks differ
        if at - self.last_at >= patience.forgets:
            return self._next(1, at)
        wait = self.last_at + patience.after(self.count) - at
        if wait > timedelta():
            raise TooManyTries(wait)
        forgotten = (at - self.last_at) // (patience.forgets / patience.free)
        return self._next(max(self.count - forgotten, 0) + 1, at)

    def one_less(self) -> Self:
        """The tally without a try that succeeded."""
        return self._next(max(self.count - 1, 0), self.last_at)

    def _next(self, count: int, last_at: datetime) -> Self:
        return type(self)(self.key, count, last_at, self.version + 1)
