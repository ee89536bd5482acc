"""`Limiter` in Redis, or Valkey, where all processes and instances count together."""

import asyncio
from hashlib import sha256

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError

from application.errors import LimitsUnavailable
from application.limits import Limiter, Rate, Standing, standing
from application.ports import Lasting

_PATIENCE = 0.25  # seconds for connecting, and for an answer, which takes a thousand times less
_CONNECTIONS = 8  # of a process at most
_DIGITS = 32  # of the digest that stands for somebody

# Kept of a caller: how many seconds of the rate's pace the requests were ahead, and when that was.
# A key goes when its caller may ask as much as one who never did. The bounds are for a clock that
# was set back, or is another server's since, and for a rate that was another before.
_TAKE = """
local time = {time}
local now = time[1] * 1000000 + time[2]
local interval, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local ahead = 0
local kept = redis.call('GET', KEYS[1])
if kept then
    local before, at = string.match(kept, '^(%S+) (%S+)$')
    ahead = math.max(before - math.max(now - at, 0) / 1000000, 0)
end
ahead = math.min(ahead, most) + interval
if ahead <= most then
    local value = string.format('%.17g %.0f', ahead, now)
    redis.call('SET', KEYS[1], value, 'PX', string.format('%.0f', math.ceil(ahead * 1000)))
end
return string.format('%.17g', ahead)
"""


class RedisLimiter(Limiter, Lasting):
    """Counts for all who use the Redis at `address`, by that server's clock, in one round trip.

    What is kept there names nobody. `time` is what the script asks for the time, in seconds and
    microseconds.
    """

    def __init__(self, address: str, rate: Rate, time: str = "redis.call('TIME')") -> None:
        self._rate = rate
        self._turns = asyncio.Semaphore(_CONNECTIONS)  # in turn, which redis-py's own pool is not
        self._pool = ConnectionPool.from_url(
            address,
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
            retry=Retry(NoBackoff(), 1, (NotConnected,)),  # the connection was of a former server
            protocol=2,  # no greeting: whatever speaks Redis will do
        )
        self._take = Redis(connection_pool=self._pool).register_script(_TAKE.format(time=time))

    async def open(self) -> None:
        """Nothing: each connection is made when it is needed."""

    async def close(self) -> None:
        await self._pool.aclose()

    async def take(self, whom: str) -> Standing:
        keys, rate = [key(whom)], [self._rate.interval, self._rate.most]
        try:
            async with asyncio.timeout(2 * _PATIENCE), self._turns:
                ahead = float(await self._take(keys, rate))
        except (RedisError, OSError, ValueError) as error:  # the last of answers that are no Redis'
            raise LimitsUnavailable(type(error).__name__) from None  # its text may name the address
        return standing(self._rate, ahead)


def key(whom: str) -> str:
    """Where somebody's count is."""
    return f"taskhaven:limit:{sha256(whom.encode()).hexdigest()[:_DIGITS]}"
