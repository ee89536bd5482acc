"""How much somebody may ask: the rate, where one stands, and who keeps count."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

_ROUNDING = 1e-3  # of a request: sums of fractions of a second may be off by less


@dataclass(frozen=True, slots=True)
class Rate:
    """`requests` at once, and then as many in `seconds` as that."""

    requests: int
    seconds: int

    @property
    def interval(self) -> float:
        """Seconds after which one more is allowed."""
        return self.seconds / self.requests

    @property
    def most(self) -> float:
        """Seconds of its pace that somebody's requests may be ahead."""
        return self.seconds + self.interval * _ROUNDING


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
        """Count a request of somebody's; one that is not allowed does not count.

        Raises `LimitsUnavailable`, and `Crowded` if too many ask at once.
        """


def standing(rate: Rate, ahead: float) -> Standing:
    """Where one stands whose requests, this one included, are `ahead` seconds of the rate's pace.

    This is the generic cell rate algorithm (GCRA): one number for each caller, and no window whose
    turn could be waited for.
    """
    if ahead > rate.most:
        full_in = min(ahead - rate.interval, rate.seconds)
        return Standing(rate, 0, full_in, ahead - rate.seconds)
    return Standing(rate, int((rate.most - ahead) / rate.interval), min(ahead, rate.seconds))
