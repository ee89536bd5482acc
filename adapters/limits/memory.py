"""`Limiter` in the process's own memory."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from application.limits import Limiter, Rate, Standing, standing

_MOST = 100_000  # callers remembered; some 15 MB


class MemoryLimiter(Limiter):
    """Counts for this process alone.

    Of more callers than it can remember it forgets those who have not asked for longest: they
    begin anew.
    """

    def __init__(self, rate: Rate, seconds: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._seconds = seconds
        self._due: OrderedDict[str, float] = OrderedDict()

    def now(self) -> float:
        """Seconds, on the clock by which it counts."""
        return self._seconds()

    async def take(self, whom: str) -> Standing:
        now = self._seconds()
        due = max(self._due.get(whom, now), now) + self._rate.interval
        found = standing(self._rate, due - now)
        if found.allowed:
            self._due[whom] = due
            self._due.move_to_end(whom)
            if len(self._due) > _MOST:
                self._due.popitem(last=False)
        return found

    def heed(self, whom: str, found: Standing, since: float) -> None:
        """Hold somebody to what another limiter `found`, whom both counted, here at `since`.

        So this one refuses what the other would refuse, and nothing else.
        """
        if whom in self._due:
            uncounted = 0.0 if found.allowed else self._rate.interval
            self._due[whom] = max(self._due[whom] - uncounted, since + found.full_in)
