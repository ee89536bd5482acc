"""Doing a command once, however often a client sends it (contract §4)."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Generic, TypeVar

from application.errors import Busy, KeyTaken
from application.ports import Clock, Receipt, Receipts
from application.sweeping import sweep_all
from domain.errors import (
    BatchRefused,
    TaskhavenError,
    TaskNotFound,
    TooManyTasks,
    VersionMismatch,
)
from domain.owner import Owner

Versions = frozenset[int] | None
"""The versions a caller expects a task in, any of them; `None` expects nothing."""

T = TypeVar("T")

KEPT = timedelta(hours=24)
_DONE_MEANWHILE = (KeyTaken, BatchRefused, TaskNotFound, TooManyTasks, VersionMismatch)


class DoneBefore(TaskhavenError):
    """The command was done before, and answered with `answer`; it was not done again."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        super().__init__("done before")


class KeyReused(TaskhavenError):
    """The key belongs to another command."""


@dataclass(frozen=True, slots=True)
class Once(Generic[T]):
    """A command's key, the digest of what it asks, and the answer that its outcome will get."""

    key: str
    digest: str
    answer: Callable[[T], str]

    def receipt(self, outcome: T, *, at: datetime) -> Receipt:
        """What to keep of the command once it is done."""
        return Receipt(self.key, self.digest, self.answer(outcome), at, at + KEPT)

    async def check(self, receipts: Receipts, owner: Owner, *, at: datetime) -> None:
        """Return if it was not done yet. Raises `DoneBefore` and `KeyReused`."""
        receipt = await receipts.find(owner, self.key, at=at)
        if receipt is None:
            return
        if receipt.digest != self.digest:
            raise KeyReused
        raise DoneBefore(receipt.answer)


def receipt_of(once: Once[T] | None, at: datetime) -> Callable[[T], Receipt] | None:
    """What makes the receipt of a command that is to be done once."""
    return (lambda outcome: once.receipt(outcome, at=at)) if once else None


@asynccontextmanager
async def done_once(
    once: Once[Any] | None, receipts: Receipts, owner: Owner, at: datetime
) -> AsyncIterator[None]:
    """Ask before the command whether it was done, and again if it was being done meanwhile.

    Then its key is taken, or its own first try made the version or the task another, or took the
    last place.
    """
    if once is not None:
        await once.check(receipts, owner, at=at)
    try:
        yield
    except _DONE_MEANWHILE as refused:
        if once is not None:
            await once.check(receipts, owner, at=at)
        if isinstance(refused, KeyTaken):
            raise Busy from None
        raise


@dataclass(frozen=True, slots=True)
class ForgetReceipts:
    """Forget the receipts that have expired, bit by bit; returns how many."""

    receipts: Receipts
    now: Clock

    async def __call__(self) -> int:
        return await sweep_all(partial(self.receipts.sweep, at=self.now()))
