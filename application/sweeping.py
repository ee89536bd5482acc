"""Forgetting what is old bit by bit, so that nobody has to wait for it."""

from abc import abstractmethod
from typing import Protocol


class Sweep(Protocol):
    """Forgets some of what is old."""

    @abstractmethod
    async def __call__(self, *, limit: int) -> int:
        """Forget at most `limit`; returns how many."""


async def sweep_all(sweep: Sweep, *, at_once: int = 1000) -> int:
    """Sweep until nothing old is left; returns how many were forgotten."""
    forgotten = swept = await sweep(limit=at_once)
    while swept == at_once:
        swept = await sweep(limit=at_once)
        forgotten += swept
    return forgotten
