"""How much somebody may ask: the rate, where one stands, and who keeps count."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rate:
    """`requests` at once, and then as many in `seconds` as that."""

    requests: int
    seconds: int

    @property
    def interval(self) -> float:
        """Seconds after which one more is allowed."""
        return self.seconds / self.requests


@dataclass(frozen=True, slots=True)
class Standing:
    """How many requests are left now, in how many seconds all will be, and if none is left, how
    many seconds to wait for the next."""

    rate: Rate
    left: int
    full_in: float
    wait: float = 0.0

    @property
    def allowed(self) -> bool:
        """Whether the request that was counted may go on."""
        return self.wait <= 0


class Limiter(Protocol):
    """Keeps count of requests."""

    @abstractmethod
    async def take(self, whom: str) -> Standing:
        """Count a request of somebody's; one that is not allowed does not count."""


def standing(rate: Rate, ahead: float) -> Standing:
    """Where one stands whose requests, this one included, are `ahead` seconds of the rate's pace.

    This is the generic cell rate algorithm (GCRA): one number for each caller, and no window whose
    turn could be waited for.
    """
    wait = ahead - rate.seconds
    if wait > 0:
        return Standing(rate, 0, ahead - rate.interval, wait)
    return Standing(rate, int((rate.seconds - ahead) / rate.interval + 1e-9), ahead)
