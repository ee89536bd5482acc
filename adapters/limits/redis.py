"""`Limiter` in Redis, or Valkey, where all processes and instances count together."""

import asyncio
from contextlib import suppress
from hashlib import sha256

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError

from adapters.limits.patience import patience
from application.errors import Crowded, LimitsUnavailable
from application.limits import Limiter, Rate, Standing, standing
from application.ports import Lasting

_PATIENCE = 0.25  # seconds for an answer, connecting included; it takes a thousand times less
_TRIES = 2  # the second on a connection of its own, as the first one's may be dead
_CONNECTIONS = 8  # of a process at most
_MOST_WAITING = 256  # for one of them; that takes some hundredths of a second
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

    Raises `Crowded` if it is there, but too many ask. What is kept there names nobody. `time` is
    what the script asks for the time, in seconds and microseconds.
    """

    def __init__(self, address: str, rate: Rate, time: str = "redis.call('TIME')") -> None:
        self._rate = rate
        self._turns = asyncio.Semaphore(_CONNECTIONS)  # in turn, which redis-py's own pool is not
        self._waiting = 0
        self._pool = ConnectionPool.from_url(
            address,
            retry=Retry(NoBackoff(), 1, (NotConnected,)),  # the connection was of a former server
            protocol=2,  # no greeting: whatever speaks Redis will do
        )
        self._take = Redis(connection_pool=self._pool).register_script(_TAKE.format(time=time))

    async def open(self) -> None:
        """Nothing: each connection is made when it is needed."""

    async def close(self) -> None:
        await self._pool.aclose()

    async def take(self, whom: str) -> Standing:
        await self._turn()
        try:
            return standing(self._rate, await self._ahead(whom))
        except (RedisError, OSError, ValueError) as error:  # the last of answers that are no Redis'
            raise LimitsUnavailable(type(error).__name__) from None  # its text may name the address
        finally:
            self._turns.release()

    async def _turn(self) -> None:
        if not self._turns.locked():
            await self._turns.acquire()
            return
        if self._waiting >= _MOST_WAITING:
            raise Crowded
        self._waiting += 1
        try:
            # Longer than whoever has a turn may take, who thus says first that nobody answers.
            async with asyncio.timeout((_TRIES + 1) * _PATIENCE):
                await self._turns.acquire()
        except TimeoutError:
            raise Crowded from None
        finally:
            self._waiting -= 1

    async def _ahead(self, whom: str) -> float:
        for _ in range(_TRIES - 1):
            with suppress(TimeoutError):
                return await self._ask(whom)
        return await self._ask(whom)

    async def _ask(self, whom: str) -> float:
        async with patience(_PATIENCE):  # redis-py closes the connection of one who gives up
            return float(await self._take([key(whom)], [self._rate.interval, self._rate.most]))


def key(whom: str) -> str:
    """Where somebody's count is."""
    return f"taskhaven:limit:{sha256(whom.encode()).hexdigest()[:_DIGITS]}"
