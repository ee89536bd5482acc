"""`Clock` from the machine's own."""

from datetime import UTC, datetime

from application.ports import Clock


class SystemClock(Clock):
    """The time that the operating system tells."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)
