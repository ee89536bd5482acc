"""Doing a command once, however often a client sends it (contract §4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from application.ports import Clock, Receipt, Receipts
from domain.errors import TaskhavenError
from domain.owner import Owner
from domain.task import Task

KEPT = timedelta(hours=24)
_SWEPT_AT_ONCE = 1000


class DoneBefore(TaskhavenError):
    """The command was done before, and answered with `answer`; it was not done again."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        super().__init__("done before")


class KeyReused(TaskhavenError):
    """The key belongs to another command."""


@dataclass(frozen=True, slots=True)
class Once:
    """A command's key, the digest of what it asks, and the answer that its task will get."""

    key: str
    digest: str
    answer: Callable[[Task], str]

    def receipt(self, task: Task, *, at: datetime) -> Receipt:
        """What to keep of the command once it is done."""
        return Receipt(self.key, self.digest, self.answer(task), at, at + KEPT)

    async def check(self, receipts: Receipts, owner: Owner, *, at: datetime) -> None:
        """Return if it was not done yet. Raises `DoneBefore` and `KeyReused`."""
        receipt = await receipts.find(owner, self.key, at=at)
        if receipt is None:
            return
        if receipt.digest != self.digest:
            raise KeyReused
        raise DoneBefore(receipt.answer)


@dataclass(frozen=True, slots=True)
class ForgetReceipts:
    """Forget the receipts that have expired, bit by bit, so that no writer has to wait for it."""

    receipts: Receipts
    now: Clock

    async def __call__(self) -> None:
        at = self.now()
        while await self.receipts.sweep(at=at, limit=_SWEPT_AT_ONCE) == _SWEPT_AT_ONCE:
            pass
