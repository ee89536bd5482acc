"""`NewId` from the machine's randomness."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from application.ports import NewId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class RandomIds(NewId):
    """UUIDv7 whose order is that of their instants, to the microsecond (RFC 9562 §6.2, method 3).

    A library's generator keeps milliseconds; with microseconds the order of ids is that of
    creation, which is the order of most lists. 62 bits are random.
    """

    def __call__(self, at: datetime) -> UUID:
        milliseconds, microseconds = divmod((at - _EPOCH) // _MICROSECOND, 1000)
        fraction = microseconds * 4096 // 1000
        random = secrets.randbits(62)
        return UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random)
